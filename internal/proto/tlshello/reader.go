package tlshello

// End is an end of the connection.
type End uint8

// The ends. The client is the one that says ClientHello.
const (
	Client End = iota
	Server
)

// Reader follows the records of one connection. Make it with Store.Reader.
type Reader struct {
	store   *Store
	facts   Facts
	streams [2]stream
	session [maxSessionID]byte // the client's id
	sent    int                // its length
	// joined: records were seen, but not the first ones.
	joined bool
	// holed: something was missed that could have told how the handshake went.
	holed   bool
	settled bool
}

// Release gives the reader back. It is not used any more.
func (r *Reader) Release() { r.store.release(r) }

// Facts are what is known by now.
func (r *Reader) Facts() *Facts { return &r.facts }

// Settled tells whether there is nothing more to learn.
func (r *Reader) Settled() bool { return r.settled }

// Handshaking tells whether the client has said its hello, and no data of its application since.
func (r *Reader) Handshaking() bool {
	c := &r.streams[Client]
	switch {
	case !r.facts.Client || r.joined || c.sealed > 1:
		return false
	case r.facts.Server && r.facts.Modern(): // the first one is its Finished
		return true
	}
	return c.sealed == 0
}

// Feed takes the next bytes that an end sends; fresh is true for the first of a message of the tap's.
func (r *Reader) Feed(from End, b []byte, fresh bool) {
	s := &r.streams[from]
	if fresh && s.phase <= astray {
		s.phase, s.have = seeking, 0
	}
	for len(b) > 0 && s.phase != astray && !r.settled {
		switch s.phase {
		case seeking:
			b = r.seek(from, s, b)
		case inHeader:
			b = r.header(from, s, b)
		default:
			b = r.body(from, s, b)
		}
	}
}

// seek looks for the beginning of TLS at the beginning of a message. A handshake's record is
// told by the type of the message in it.
func (r *Reader) seek(from End, s *stream, b []byte) []byte {
	s.head[s.have] = b[0]
	s.have++
	head := s.head[:s.have]
	switch Look(from, head) {
	case No:
		s.stray(r.store)
		s.hello.over = r.facts.TLS
		return nil
	case Unknown:
		return b[1:]
	}
	r.found(from, s)
	if s.kind() == handshakeRecord { // the type was looked at only
		r.body(from, s, head[headerSize:])
	}
	return b[1:]
}

// found notes that a direction begins with TLS.
func (r *Reader) found(from End, s *stream) {
	first := s.kind() == handshakeRecord && (s.head[headerSize] == clientHello || s.head[headerSize] == serverHello)
	if !first && !r.facts.Client {
		r.joined = true
	}
	s.hello.over = s.hello.over && r.facts.TLS
	r.facts.TLS = true
	r.record(from, s)
}

// header takes bytes of a record's header.
func (r *Reader) header(from End, s *stream, b []byte) []byte {
	n := copy(s.head[s.have:headerSize], b)
	s.have += uint8(n)
	if !plausible(s.head[:s.have]) {
		r.lose(s)
		return nil
	}
	if s.have == headerSize {
		r.record(from, s)
	}
	return b[n:]
}

// lose notes that records cannot be told apart any more in a direction.
func (r *Reader) lose(s *stream) {
	if !r.facts.Client && !r.facts.Server {
		r.facts.TLS = false // it was something else
	}
	r.holed = true
	s.stray(r.store)
}

// body takes bytes of a record's content.
func (r *Reader) body(from End, s *stream, b []byte) []byte {
	n := min(s.left, len(b))
	s.left -= n
	switch {
	case s.kind() == alertRecord:
		r.alert(s, b[:n])
	case s.kind() == handshakeRecord && !s.changed:
		r.handshake(from, s, b[:n])
	}
	if s.left == 0 && s.phase == inBody {
		s.phase, s.have = inHeader, 0
	}
	return b[n:]
}

// Gap says that n bytes passed unseen from an end.
func (r *Reader) Gap(from End, n int64) {
	s := &r.streams[from]
	if n <= 0 || s.phase == astray {
		return
	}
	if s.phase == inBody && n <= int64(s.left) {
		if s.kind() == handshakeRecord && !s.hello.over && !s.changed {
			s.hello.drop(r.store)
			r.holed = true
		}
		if s.left -= int(n); s.left == 0 {
			s.phase, s.have = inHeader, 0
		}
		s.level = 0
		return
	}
	if r.facts.TLS {
		r.holed = true
	}
	s.stray(r.store)
	s.hello.over = r.facts.TLS
}

// Finish says that the connection is over: a handshake that did not come to its end never will.
func (r *Reader) Finish() {
	f := &r.facts
	if f.Established == Unknown && f.Client && !r.holed && !r.settled {
		f.Established = No
	}
}
