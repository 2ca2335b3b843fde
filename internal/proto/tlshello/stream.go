package tlshello

// phase is where in its records a direction is.
type phase uint8

const (
	// seeking: a message begins, and a record may with it.
	seeking phase = iota
	// astray: nothing can be read before the next message begins.
	astray
	// inHeader and inBody: of a record.
	inHeader
	inBody
)

// stream is one direction of a connection.
type stream struct {
	phase phase
	have  uint8 // of head
	head  [headerSize + 1]byte
	left  int // of the record
	hello hello
	level byte // of the alert under way
	// changed: ChangeCipherSpec was sent, and meant something; finished: a record behind it.
	changed, finished bool
	// sealed counts the records of application data; from the client those behind the ServerHello.
	sealed int
}

// kind is the type of the record under way.
func (s *stream) kind() byte { return s.head[0] }

// stray gives up until the next message of the tap's.
func (s *stream) stray(store *Store) {
	s.phase, s.have, s.left = astray, 0, 0
	s.hello.drop(store)
}

// messageHeader is the size of a handshake message's type and length.
const messageHeader = 4

// maxHello is how long a hello may be that is read.
const maxHello = 16 << 10

// hello puts an end's hello together from records.
type hello struct {
	buf []byte
	// over: it was read, or never will be.
	over bool
}

// drop gives the memory back; the hello will not be read.
func (h *hello) drop(store *Store) {
	store.giveBuffer(h.buf)
	*h = hello{over: true}
}

// next takes plain bytes of the handshake, and gives the message that they complete, if any, with
// what is left of them.
func (h *hello) next(store *Store, b []byte) (message, rest []byte) {
	if len(h.buf) == 0 {
		if n := messageSize(b); n > 0 && n <= len(b) {
			return b[:n], b[n:]
		}
	}
	for {
		size := messageSize(h.buf)
		if size > maxHello {
			h.drop(store)
			return nil, nil
		}
		want := max(size, messageHeader)
		if size > 0 && len(h.buf) == size {
			return h.buf, b
		}
		if len(b) == 0 {
			return nil, nil
		}
		n := min(want-len(h.buf), len(b))
		h.grow(store, want)
		h.buf = append(h.buf, b[:n]...)
		b = b[n:]
	}
}

// grow has room for a message of n bytes.
func (h *hello) grow(store *Store, n int) {
	if n <= cap(h.buf) {
		return
	}
	larger := append(store.takeBuffer(n), h.buf...)
	store.giveBuffer(h.buf)
	h.buf = larger
}

// messageSize is how long the message is that b begins with; 0 while that is not known.
func messageSize(b []byte) int {
	if len(b) < messageHeader {
		return 0
	}
	return messageHeader + int(b[1])<<16 + int(b[2])<<8 + int(b[3])
}
