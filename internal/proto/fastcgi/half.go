package fastcgi

import "github.com/beylareceiver/beylareceiver/internal/proto"

// state is what the next byte of a direction is.
type state uint8

const (
	// inHeader: of a record's header.
	inHeader state = iota
	// inBody: of a record's content or padding.
	inBody
	// adrift: of something; where the next record begins is not known.
	adrift
	// over: of nothing that concerns us.
	over
)

// restAfter is how many bytes of a message must have come before its rest may
// lie beyond the smallest window (1 KiB) and be worth asking after.
const restAfter = 1 << 10

// start is where and when a record began; index is its message's, should one of
// ours begin with it.
type start struct {
	at     int64
	origin proto.Origin
	index  uint32
}

// half is one direction of a connection.
type half struct {
	dir   proto.Dir
	state state
	// x is the exchange whose record is under way, or, adrift, whose bytes these
	// probably are. nil: nobody's, and why says for which reason.
	x   *exchange
	why proto.Lost

	// header is what has come of a record's header, or of the fixed content of
	// one: have bytes.
	header [headerSize]byte
	have   int
	// guess is true when a record's beginning is only hoped for: then what is none is no surprise.
	guess bool
	// began is the first byte of the record under way.
	began start
	rec   record
	// ending looks for END_REQUEST while adrift.
	ending ending

	// started is true once a byte has come; ordinal is the tap's message that it
	// belongs to, index how many of ours began there.
	started bool
	ordinal uint32
	index   uint32
	// fed is how many of its bytes have come, gapped whether some have not.
	fed    int
	gapped bool
	// told is true once the sink knows that it is lost.
	told bool
}

// message is the half of the exchange that is under way, nil if it is nobody's.
func (h *half) message() *proto.Message {
	if h.x == nil {
		return nil
	}
	return h.x.message(h.dir)
}

// pass counts n bytes that nobody saw, the last of them at time at.
func (h *half) pass(at, n int64) {
	if m := h.message(); m != nil && m.Seen {
		m.Wire += n
		m.Last = at
	}
}

// disown turns what is under way into nobody's.
func (h *half) disown(why proto.Lost) { h.x, h.why = nil, why }

// next expects a record's header.
func (h *half) next(guess bool) { h.state, h.have, h.guess = inHeader, 0, guess }
