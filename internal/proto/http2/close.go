package http2

import "github.com/beylareceiver/beylareceiver/internal/proto"

// Close implements proto.Parser. The client's end alone ends nothing: responses may yet come.
func (p *parser) Close(dir proto.Dir, last int64, how proto.Ending) {
	h := &p.halves[dir]
	if how == proto.RST {
		p.reset = true
	}
	if h.state == over {
		return
	}
	p.at = max(p.at, last)
	p.loseBlock(h)
	if m := h.half(); m != nil && m.Seen && m.Last < last {
		m.Last = last
	}
	h.block = block{}
	h.disown(proto.LostOpaque)
	hidden := h.lost
	h.state = over
	if dir == proto.ToServer {
		return
	}
	fault := p.fault(how)
	if hidden {
		fault = proto.NotObserved // responses may lie where nobody could look
	}
	p.loseBlock(&p.halves[proto.ToServer])
	p.fail(fault)
	p.surrender(proto.LostOpaque)
}

// fault is what the end of a connection means to a response that is not whole.
func (p *parser) fault(how proto.Ending) proto.Fault {
	switch {
	case p.reset:
		return proto.ConnectionReset
	case how == proto.Expired, how == proto.Idle:
		return proto.NotObserved
	}
	return proto.ConnectionClosed
}
