package http1

import "github.com/beylareceiver/beylareceiver/internal/proto"

// Close implements proto.Parser. The client's end alone ends nothing: the
// response may yet come.
func (p *parser) Close(dir proto.Dir, last int64, how proto.Ending) {
	h := &p.halves[dir]
	if how == proto.RST {
		p.reset = true
	}
	if h.state == over {
		if p.next != nil {
			p.next.Close(dir, last, how)
		}
		return
	}
	if m := h.message(); m != nil && m.Seen && m.Last < last {
		m.Last = last
	}
	if dir == proto.ToServer {
		p.quit = how == proto.FIN || how == proto.RST
		p.closeRequests(h, how)
	} else {
		p.closeResponses(h, last, how)
	}
}

func (p *parser) closeRequests(h *half, how proto.Ending) {
	p.truncate(h)
	if h.x != nil && h.state == untilNext && how == proto.FIN {
		h.x.Request.Whole = true
	}
	p.drop(h)
	h.disown(proto.LostOpaque)
	h.enter(over)
}

func (p *parser) closeResponses(h *half, last int64, how proto.Ending) {
	fault, hidden := p.fault(how), h.endsByNext()
	for _, x := range p.queue.list {
		x.quit = p.quit
	}
	switch {
	case h.x == nil:
	case how == proto.FIN && !p.reset && (h.state == untilClose || hidden):
		p.finish(h.x)
	case hidden:
		p.done(fault)
	}
	if hidden {
		fault = proto.NotObserved // the others' responses may lie where nobody could look
	}
	p.fail(fault)
	if p.next != nil { // the head of 101 was under way
		p.next.Close(proto.ToClient, last, how)
		return
	}
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
