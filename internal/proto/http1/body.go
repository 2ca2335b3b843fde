package http1

import "github.com/beylareceiver/beylareceiver/internal/proto"

func (p *parser) fixed(h *half, seg *proto.Segment, b []byte) int {
	n := int(min(h.left, int64(len(b))))
	p.take(h, seg, n)
	p.payload(h, seg, b[:n])
	p.passFixed(h, int64(n))
	return n
}

func (p *parser) passFixed(h *half, n int64) {
	h.content(n)
	if h.left -= n; h.left == 0 {
		p.messageOver(h)
	}
}

// untilClose takes the next bytes of a body that ends with the connection.
func (p *parser) untilClose(h *half, seg *proto.Segment, b []byte) {
	h.content(int64(len(b)))
	p.payload(h, seg, b)
}

func (p *parser) chunked(h *half, seg *proto.Segment, b []byte) int {
	p.lingers(h, seg.At)
	var n int
	var data int64
	if h.x != nil && h.x.call != nil {
		n, data = p.callChunks(h, seg, b)
	} else {
		n, data = h.chunks.feed(b)
	}
	p.take(h, seg, n)
	h.content(data)
	switch h.chunks.part {
	case chunksOver:
		p.messageOver(h)
	case chunksBroken:
		h.loseChunks()
	}
	return n
}

func (p *parser) lostChunks(h *half, seg *proto.Segment, b []byte) int {
	p.lingers(h, seg.At)
	n, over := h.tail.feed(b)
	p.take(h, seg, n)
	if over {
		p.messageOver(h)
		h.guess = true // what follows in the same message need not be a head
	}
	return n
}

// loseChunks goes on without the framing of the chunks.
func (h *half) loseChunks() {
	h.enter(inLostChunks)
	h.tail = 0
	h.unsized()
	h.missed(h.first, -1)
}

// Gap implements proto.Parser.
func (p *parser) Gap(dir proto.Dir, at, n int64) {
	h := &p.halves[dir]
	switch {
	case n <= 0:
		return
	case h.state == over:
		if p.next != nil {
			p.next.Gap(dir, at, n)
		}
		return
	}
	h.gapped = true
	switch h.state {
	case atStart:
		p.hide(h, proto.LostGap)
	case inHead:
		p.gapInHead(h, at, n)
	case inFixed:
		own := min(n, h.left)
		h.pass(at, own)
		h.missed(at, own)
		p.passFixed(h, own)
		if n > own {
			p.hide(h, proto.LostGap)
		}
	case inChunked:
		p.lingers(h, at)
		h.pass(at, n)
		if h.chunks.skip(n) {
			h.content(n)
			h.missed(at, n)
		} else {
			h.loseChunks()
		}
	case untilClose:
		h.pass(at, n)
		h.content(n)
		h.missed(at, n)
	default:
		p.lingers(h, at)
		h.tail = 0
		h.pass(at, n)
		if h.dir == proto.ToClient && h.x == nil {
			p.fail(proto.NotObserved) // who has asked since may have been answered
		}
	}
}

// gapInHead keeps what was read of a head. A first line that had not yet
// convinced is lost.
func (p *parser) gapInHead(h *half, at, n int64) {
	switch {
	case h.begun:
		x := h.x
		p.truncate(h)
		if p.next != nil {
			p.next.Gap(h.dir, at, n)
			return
		}
		h.pass(at, n)
		if h.dir == proto.ToClient && x != nil && h.x == nil {
			p.fail(proto.NotObserved) // the final response may hide behind an interim one
		}
	case h.x != nil: // thought to be over, and may not be
		h.pass(at, n+int64(len(h.buf)))
		p.drop(h)
		h.enter(untilNext)
	default:
		p.drop(h)
		p.sink.Lost(nil, proto.LostGap)
		p.hide(h, proto.LostGap)
	}
}
