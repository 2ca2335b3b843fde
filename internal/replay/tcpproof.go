//go:build amd64 || arm64

package replay

// proven is how far a side is known to have sent, and when that was known: as
// far as was seen of it or, if that is further, as far as the other side has
// acknowledged. Nobody acknowledges what did not come (RFC 9293, section 3.4), so
// what lies between is missing in the capture.
func (c *conn) proven(s side) (pos, at int64) {
	h, o := &c.half[s], &c.half[s.other()]
	pos, at = h.reached(), h.last
	if !h.begun || h.ended || !o.acked {
		return pos, at
	}
	acked := h.locate(o.ack)
	if h.finSeen {
		acked = min(acked, h.finPos)
	}
	if acked <= pos+1 || h.strays(acked, 0) { // a single byte is a FIN that was not seen
		return pos, at
	}
	return acked, o.ackTime
}

// missed notes, once, that the other side has spoken since it was last seen to.
func (c *conn) missed(from side) {
	o := &c.half[from.other()]
	if pos, _ := c.proven(from.other()); pos > o.high && pos > o.heard {
		o.heard = pos
		c.talker = from.other()
	}
}
