package http1

import "github.com/beylareceiver/beylareceiver/internal/proto"

// state is what the next byte of a direction is.
type state uint8

const (
	// atStart: the first of a message; blank lines before it are passed over.
	atStart state = iota
	// inHead: of a head under way, the beginning of which is in buf.
	inHead
	// inFixed: of a body with left bytes to go.
	inFixed
	// inChunked: of a chunked body.
	inChunked
	// inLostChunks: of a chunked body whose framing was lost.
	inLostChunks
	// untilClose: of a body that ends with the connection.
	untilClose
	// untilNext: of something whose end is not known.
	untilNext
	// over: of nothing that concerns us.
	over
)

// restAfter is how many bytes of a message must have come before a body under
// way may be longer than the smallest window (1 KiB) and worth asking after.
const restAfter = 1 << 10

// half is one direction of a connection.
type half struct {
	// x is the exchange whose message is under way. nil: nobody's, and why
	// says for which reason. Before a head has begun, x may still be the exchange
	// whose end was not seen: what turns out to be no head belongs to it.
	x   *exchange
	why proto.Lost

	dir   proto.Dir
	state state
	// begun is true once the head's first line has convinced.
	begun bool
	// guess is true when the head is sought after a loss: then what is no head is no surprise.
	guess bool
	tail  terminator // inLostChunks
	// started is true once a byte has come; ordinal and index are the tap's
	// message that it belongs to, and how many messages of ours began there.
	started bool
	// fed is how many of its bytes have come, gapped whether some have not.
	gapped bool
	// told is true once the sink knows that it is lost.
	told    bool
	ordinal uint32
	index   uint32
	fed     int

	// buf holds an unfinished head, scan is how far headEnd has looked.
	buf  []byte
	scan int
	// first and origin are the head's first byte's, slot is its message's index there.
	// Behind the head first is the chunked body's, or notYet.
	first  int64
	origin proto.Origin
	slot   uint32

	left   int64 // inFixed
	chunks chunks
}

// body tells whether a body is under way.
func (h *half) body() bool { return h.state >= inFixed && h.state <= untilNext }

// wantsRest tells whether the end of the body depends on bytes that may not be captured.
func (h *half) wantsRest() bool {
	return h.x != nil && h.body() && (h.gapped || h.fed >= restAfter)
}

// message is the half of the exchange that is under way, nil if it is nobody's.
func (h *half) message() *proto.Message {
	if h.x == nil {
		return nil
	}
	return h.x.message(h.dir)
}

// content counts n bytes of a body, if they are somebody's.
func (h *half) content(n int64) {
	if m := h.message(); m != nil && m.Body >= 0 {
		m.Body += n
	}
}

// unsized says that the size of the body under way will not be known.
func (h *half) unsized() {
	if m := h.message(); m != nil {
		m.Body = -1
	}
}

// pass counts n bytes that nobody saw, the last of them at time at.
func (h *half) pass(at, n int64) {
	if m := h.message(); m != nil {
		m.Wire += n
		m.Last = at
	}
}

// disown turns what is under way into nobody's.
func (h *half) disown(why proto.Lost) { h.x, h.why = nil, why }

// enter goes into a state in which the direction waits or skips.
func (h *half) enter(s state) { h.state, h.begun, h.guess = s, false, false }
