package fastcgi

import "github.com/beylareceiver/beylareceiver/internal/proto"

// drift takes bytes in which records cannot be told apart.
func (p *parser) drift(h *half, seg *proto.Segment, b []byte) int {
	if h.dir == proto.ToServer || len(p.open.list) == 0 {
		p.take(h, seg, len(b))
		return len(b)
	}
	n, maybe := h.ending.feed(b)
	if !maybe || !p.ends(h, seg, n) {
		p.take(h, seg, n)
	}
	return n
}

// ends tells whether a response ends with the last byte that was fed, the n-th of
// its segment. Then the n bytes are taken.
func (p *parser) ends(h *half, seg *proto.Segment, n int) bool {
	if id, content, pad, ok := h.ending.record(); ok {
		x := p.open.find(id)
		if x == nil {
			return false
		}
		p.take(h, seg, n)
		h.rec, h.state = record{pad: pad}, inBody
		if x.Response.Seen {
			x.Response.Take(seg, 0) // if the bytes were another's
			p.end(x, content)
		} else {
			p.done(x, proto.NotObserved)
		}
		h.disown(proto.LostOpaque)
		p.arrive(h)
		return true
	}
	x := h.x
	if x == nil || !h.ending.zeros() || !x.zerosEnd(int64(n)) {
		return false
	}
	p.take(h, seg, n)
	p.end(x, 0)
	h.next(true)
	return true
}

// spillInto ends the search for a record where there is none: these bytes, n of
// them in this segment, are like those before.
func (p *parser) spillInto(h *half, seg *proto.Segment, n int) {
	held := h.header
	if m := h.message(); m != nil {
		m.Wire += int64(headerSize - n)
	}
	h.state, h.have, h.guess, h.ending = adrift, 0, false, ending{}
	h.ending.feed(held[:])
	p.take(h, seg, n)
}
