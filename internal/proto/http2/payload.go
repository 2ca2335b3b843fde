package http2

import (
	"encoding/binary"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// begin finds out whose a frame is whose head has come.
func (p *parser) begin(h *half) {
	f := &h.frame
	if h.first && h.dir == proto.ToClient && (f.kind != settings || f.has(acknowledge)) {
		h.unsound() // a server begins with its settings (section 3.4)
	}
	h.disown(proto.LostControl)
	switch f.kind {
	case headers:
		p.beginBlock(h)
	case continuation:
		h.x, h.why = h.block.owner(), h.block.why
	case pushPromise:
		p.beginPromise(h)
	case data:
		p.beginData(h)
	case rstStream:
		p.beginReset(h)
	}
}

// prefix takes bytes of the fixed part of a payload.
func (p *parser) prefix(h *half, b []byte) int {
	n := copy(h.head[h.have:h.have+h.frame.prefix], b)
	h.have += n
	h.frame.prefix -= n
	p.take(h, n)
	p.advance(h)
	return n
}

// prefixed acts on the fixed part of a payload once it is there.
func (p *parser) prefixed(h *half) {
	f := &h.frame
	fixed := h.head[:h.have]
	h.have = 0
	switch f.kind {
	case data, headers, pushPromise:
		if !f.has(padded) {
			return
		}
		if pad := int(fixed[0]); pad > f.left { // an error of the connection's (section 6.1)
			p.unreadable(h)
		} else {
			f.left, f.pad = f.left-pad, pad
		}
	case rstStream:
		h.code = code(binary.BigEndian.Uint32(fixed))
	case goAway:
		p.goneAway(h, binary.BigEndian.Uint32(fixed)&^(1<<31), code(binary.BigEndian.Uint32(fixed[4:])))
	}
}

// content takes bytes of a payload.
func (p *parser) content(h *half, b []byte) int {
	f := &h.frame
	b = b[:min(f.left, len(b))]
	p.take(h, len(b))
	f.left -= len(b)
	switch f.kind {
	case data:
		if h.x != nil {
			p.payload(h, h.x, b)
		}
	case headers, continuation, pushPromise:
		p.fragment(h, b)
	case settings:
		p.settings(h, b)
	}
	p.advance(h)
	return len(b)
}

// advance goes on to the next part of a frame that has bytes, or to the next frame.
func (p *parser) advance(h *half) {
	f := &h.frame
	if h.state == inPrefix && f.prefix == 0 {
		h.state = inContent
		p.prefixed(h)
	}
	if h.state == inContent && f.left == 0 {
		h.state = inPadding
	}
	if h.state == inPadding && f.pad == 0 {
		h.next()
		p.arrived(h)
	}
}

// arrived acts on a frame that is whole.
func (p *parser) arrived(h *half) {
	f := &h.frame
	switch f.kind {
	case data:
		if h.x != nil && f.has(endStream) {
			p.ends(h.x, h.dir)
		}
	case headers, continuation, pushPromise:
		if f.has(endHeaders) {
			p.endBlock(h)
		}
	case rstStream:
		if h.x != nil {
			p.abort(h.x, h.dir, h.code)
		}
	}
	h.x = nil
}

// unreadable turns what is left of a frame's content into padding.
func (p *parser) unreadable(h *half) {
	f := &h.frame
	f.pad += f.prefix + f.left
	f.prefix, f.left = 0, 0
	switch f.kind {
	case data:
		if h.x != nil {
			p.skipped(h, h.x, -1)
		}
	case headers, continuation, pushPromise:
		p.breakBlock(h)
	}
}

// beginData finds whose DATA it is.
func (p *parser) beginData(h *half) {
	x := p.open.find(h.frame.stream)
	switch {
	case x == nil:
		h.why = p.strange(h)
	case x.message(h.dir).Whole:
		h.why = proto.LostOpaque
	default:
		h.x = x
		p.beginBody(h, x)
	}
}

// strange says why a stream that is not open is nobody's.
func (p *parser) strange(h *half) proto.Lost {
	switch id := h.frame.stream; {
	case id&1 == 1 && p.oldest > 0 && p.oldest <= id && id <= p.last: // it is over, or never got an exchange
		return proto.LostOpaque
	case h.dir == proto.ToServer:
		return proto.LostGap
	}
	return proto.LostNoRequest
}
