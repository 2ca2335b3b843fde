package http1

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// head takes bytes of a head. One that comes in one piece is read where it
// lies; else its beginning is kept, and only what is new is searched for the end.
func (p *parser) head(h *half, seg *proto.Segment, b []byte) int {
	limit := p.owner.config.MaxHead
	before := len(h.buf)
	n := min(len(b), limit-before)
	win := b[:n]
	if before > 0 {
		win = p.keep(h, win)
	}
	if !h.begun {
		switch verdict := h.judge(win); {
		case verdict == proto.Yes:
			p.begin(h, seg, before)
		case verdict == proto.No || len(win) == limit || p.crowded(h, win):
			return p.reject(h, seg, before, n)
		}
	}
	end, next := headEnd(win, h.scan)
	if end >= 0 {
		n, win = end-before, win[:end]
	}
	if h.begun {
		p.take(h, seg, n)
	}
	switch {
	case end >= 0:
		p.headOver(h, win, false)
	case len(win) == limit || p.crowded(h, win):
		p.headOver(h, win, true)
	default:
		if h.scan = next; before == 0 {
			p.keep(h, win)
		}
	}
	return n
}

// judge asks whether the first line is one of this direction's messages. Where
// it may as well be content, an unknown method does not convince.
func (h *half) judge(b []byte) proto.Verdict {
	if h.dir == proto.ToClient {
		return judgeResponse(b)
	}
	verdict := judgeRequest(b)
	if h.guess && verdict == proto.Yes {
		method, _, _ := bytes.Cut(b, []byte{' '})
		if _, known := httpwords.Registered(method); !known {
			return proto.No
		}
	}
	return verdict
}

// keep appends to the unfinished head, and gives all of it.
func (p *parser) keep(h *half, b []byte) []byte {
	if h.buf == nil {
		h.buf = p.owner.buffers.Take()
	}
	h.buf = append(h.buf, b...)
	p.owner.buffered += len(b)
	return h.buf
}

// crowded tells whether the unfinished heads of all connections would be too
// many with this one.
func (p *parser) crowded(h *half, win []byte) bool {
	return p.owner.buffered-len(h.buf)+len(win) > p.owner.config.MaxBuffered
}

// drop forgets the unfinished head.
func (p *parser) drop(h *half) {
	p.owner.buffered -= len(h.buf)
	p.owner.buffers.Give(h.buf)
	h.buf, h.scan = nil, 0
}
