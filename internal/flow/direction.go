package flow

import "github.com/beylareceiver/beylareceiver/internal/ledger"

// direction is one half of a flow.
type direction struct {
	// next is the position delivered so far.
	next int64
	// shift turns the tap's positions into the flow's. It is nonzero only when
	// the listener had seen bytes that the connection's own socket counts again.
	shift int64
	// last is when the newest payload known of passed; 0: none yet.
	last int64
	// markPos is the position of sequence number markSeq, near the newest data.
	markPos int64
	markSeq uint32
	// seq and ack are those of the first packet of the message under way,
	// ordinal is its number, begun how many there were.
	seq, ack       uint32
	ordinal, begun uint32
	message        *ledger.Message
	held           *queue
	bits           trait
	// finPos is where the stream ends, while closing; finTime when the last
	// payload before the FIN passed that the tap had seen.
	finPos, finTime int64
}

// trait is a bit set of what is known of a direction.
type trait uint8

const (
	// based: next means something.
	based trait = 1 << iota
	// marked: markPos and markSeq mean something.
	marked
	// ended: Sink.End was called.
	ended
	// behind: the newest record was captured in part.
	behind
	// fresh: no byte of the message under way was delivered yet.
	fresh
	// early: all data so far came from the listener; the socket's own count is
	// yet to be aligned with it.
	early
	// closing: a FIN was seen that overtook bytes before it.
	closing
)

func (d *direction) is(b trait) bool { return d.bits&b != 0 }

func (d *direction) set(b trait, on bool) {
	if on {
		d.bits |= b
	} else {
		d.bits &^= b
	}
}

// base sets where the direction begins, unless that is known.
func (d *direction) base(pos int64) {
	if !d.is(based) {
		d.next, d.bits = pos, d.bits|based
	}
}

// position is where sequence number seq lies. Only data within 2 GiB of the
// newest is placed right (RFC 9293, section 3.4: sequence numbers wrap).
func (d *direction) position(seq uint32) int64 {
	return d.markPos + int64(int32(seq-d.markSeq))
}

// mark remembers which sequence number belongs to a position.
func (d *direction) mark(pos int64, seq uint32) {
	d.markPos, d.markSeq, d.bits = pos, seq, d.bits|marked
}

// begin starts the message that p begins.
func (d *direction) begin(p *piece) {
	d.message.Close()
	d.message, d.seq, d.ack = p.account, p.seq, p.ack
	d.ordinal = d.begun
	d.begun++
	d.bits |= fresh
}

// advance moves the direction on to pos, and its clock to at or later.
func (d *direction) advance(pos, at int64) {
	d.next = pos
	d.last = max(d.last, at)
}

// over says that no more bytes of the message under way will come.
func (d *direction) over() {
	d.message.Close()
	d.message = nil
}
