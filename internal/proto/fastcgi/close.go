package fastcgi

import "github.com/beylareceiver/beylareceiver/internal/proto"

// Close implements proto.Parser. The web server's end alone ends nothing: the
// response may yet come.
func (p *parser) Close(dir proto.Dir, last int64, how proto.Ending) {
	h := &p.halves[dir]
	if how == proto.RST {
		p.reset = true
	}
	if h.state == over {
		return
	}
	h.spill()
	if m := h.message(); m != nil && m.Seen && m.Last < last {
		m.Last = last
	}
	if dir == proto.ToServer {
		p.closeRequests(h)
	} else {
		p.closeResponses(h, how)
	}
}

func (p *parser) closeRequests(h *half) {
	p.loseRequests()
	h.disown(proto.LostOpaque)
	h.state = over
}

// closeResponses ends what is in flight. An application that closes in good
// order when it was not seen what it last said has said END_REQUEST: it closes
// behind that record unless it was asked to keep the connection.
func (p *parser) closeResponses(h *half, how proto.Ending) {
	fault, hidden := p.fault(how), h.state == adrift
	switch x := h.x; {
	case !hidden || x == nil:
	case how == proto.FIN && !p.reset:
		p.done(x, proto.NoFault)
	default:
		p.done(x, fault)
	}
	if hidden {
		fault = proto.NotObserved // the others' responses may lie where nobody could look
	}
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
