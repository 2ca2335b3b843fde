package http1

import "github.com/beylareceiver/beylareceiver/internal/proto"

// start passes over blank lines and notes where a head begins.
func (p *parser) start(h *half, seg *proto.Segment, b []byte) int {
	rest := skipBlankLines(b)
	if len(rest) > 0 {
		h.state, h.begun, h.scan = inHead, false, 0
		h.first, h.origin, h.slot = seg.At, seg.Origin, h.index
	}
	return len(b) - len(rest)
}

// begin is called once a first line has convinced, before bytes of whose
// message came in earlier segments. Only now may accounts be claimed.
func (p *parser) begin(h *half, seg *proto.Segment, before int) {
	p.strikes, h.begun = 0, true
	if h.dir == proto.ToServer {
		p.beginRequest(h)
	} else {
		p.beginResponse(h)
	}
	if h.origin.Ordinal == h.ordinal {
		h.index++
	}
	m := h.message()
	if m == nil {
		p.lose(h, seg, h.why)
		return
	}
	m.Take(seg, 0)
	m.First, m.Origin, m.Index, m.Wire = h.first, h.origin, h.slot, int64(before)
}

// headOver reads a head that is whole, or as much as there is of it.
func (p *parser) headOver(h *half, head []byte, truncated bool) {
	h.begun = false // so that nothing on the way tries to end it again
	if h.dir == proto.ToServer {
		p.requestOver(h, head, truncated)
	} else {
		p.responseOver(h, head, truncated)
	}
	p.drop(h)
}

// truncate ends a head that is under way with what there is of it.
func (p *parser) truncate(h *half) {
	if h.state == inHead && h.begun {
		p.headOver(h, h.buf, true)
	}
}

// reject is called when a head is sought and something else was found.
func (p *parser) reject(h *half, seg *proto.Segment, before, n int) int {
	p.drop(h)
	switch {
	case h.x != nil: // the rest of what was thought to be over
		h.x.message(h.dir).Wire += int64(before)
		h.enter(untilNext)
		p.take(h, seg, n)
	case h.guess && h.why != proto.LostSyntax:
		p.lose(h, seg, h.why)
		h.enter(untilNext)
	default:
		p.lose(h, seg, proto.LostSyntax)
		if p.strikes++; p.strikes >= maxStrikes {
			p.surrender(proto.LostSyntax)
		} else {
			p.hide(h, proto.LostSyntax)
		}
	}
	return n
}

// hide is called where messages may have passed that cannot be read.
func (p *parser) hide(h *half, why proto.Lost) {
	if h.dir == proto.ToServer {
		p.queue.hide(h.ordinal, why)
	} else {
		p.fail(proto.NotObserved)
	}
	h.disown(why)
	h.enter(untilNext)
}

// enterBody goes on with what follows a head.
func (p *parser) enterBody(h *half, e extent, length int64) {
	switch e {
	case noBody:
		p.messageOver(h)
	case byLength:
		h.enter(inFixed)
		h.left = length
	case byChunks:
		h.enter(inChunked)
		h.chunks, h.first = chunks{}, notYet
	case byClose:
		h.enter(untilClose)
	case unknownExtent:
		h.enter(untilNext)
		h.unsized()
		h.missed(h.first, -1)
		if h.dir == proto.ToServer {
			p.queue.hide(h.ordinal, proto.LostGap)
		}
	}
}

// messageOver ends the message under way.
func (p *parser) messageOver(h *half) {
	x := h.x
	h.enter(atStart)
	switch {
	case x == nil:
	case h.dir == proto.ToServer:
		x.Request.Whole = true
		x.requestEnds()
		h.x = nil
	default:
		p.finish(x)
	}
}
