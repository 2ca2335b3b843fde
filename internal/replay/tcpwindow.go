//go:build amd64 || arm64

package replay

// What may be believed about a sequence number. A segment this far from the
// end of its stream is believed when the next one or the other side's
// acknowledgements agree: then the capture lost a great deal, or the
// connection is another one. Backwards the limit is wider, since
// retransmissions may come from anywhere in a window.
const (
	farAhead  = 1 << 20
	farBehind = 1 << 24
)

// closedIdle is how long a closed connection's remains are waited out, in ns:
// TIME_WAIT of Linux.
const closedIdle = int64(60e9)

// strays tells whether n bytes at pos are too far from where the stream is.
func (h *half) strays(pos, n int64) bool {
	return pos-h.high > farAhead || h.high-(pos+n) > farBehind
}

// near tells whether two sequence numbers are.
func near(a, b uint32) bool {
	d := int32(a - b)
	return d <= farAhead && d >= -farAhead
}

// got tells whether the half's sender has acknowledged the other side's bytes up to seq.
func (h *half) got(seq uint32) bool { return h.acked && int32(h.ack-seq) >= 0 }

// confirmed tells whether a stray segment is where the sender really is.
func (c *conn) confirmed(from side, seq uint32) bool {
	h, o := &c.half[from], &c.half[from.other()]
	return h.astray && near(seq, h.astrayNext) || o.acked && near(o.ack, seq)
}

// renewed tells whether the packet begins a new connection on the addresses
// of an old one.
func (c *conn) renewed(from side, p *packet) bool {
	h, o := &c.half[from], &c.half[from.other()]
	if c.ignored {
		return p.flags&(flagSYN|flagACK) == flagSYN && h.isn != p.seq
	}
	if p.flags&flagRST != 0 {
		return false
	}
	if p.flags&flagSYN == 0 {
		return c.over && p.wire > 0 && p.time-c.seen > closedIdle
	}
	switch {
	case h.synSeen && h.isn == p.seq:
		return false // sent again
	case c.over || h.ended || o.ended:
		return true
	case h.synSeen || h.begun:
		// An older SYN seen late lies just before the stream, a blind
		// attacker's inside the window; neither opens a connection.
		pos := h.locate(p.seq + 1)
		return pos > h.high+1<<16 || pos < -before || h.synSeen && pos <= 0
	case p.flags&flagACK != 0:
		return o.begun && (o.strays(o.locate(p.ack), 0) || o.locate(p.ack) < 0)
	}
	// A SYN from a side that was silent: it answers, or it came late.
	return o.begun && !o.synSeen
}
