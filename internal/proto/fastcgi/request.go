package fastcgi

import "github.com/beylareceiver/beylareceiver/internal/proto"

// beginRequest makes the exchange of a request that begins, if it is to have one.
func (p *parser) beginRequest(h *half) {
	p.strikes = 0
	if old := p.open.find(h.rec.id); old != nil { // an id is free again once its response is over
		p.supersede(old)
	}
	p.settleAdrift()
	switch c := &p.owner.config; {
	case len(p.open.list) >= c.MaxOpen || p.open.held > c.MaxHeld:
		h.disown(proto.LostCap)
	default:
		h.x = p.owner.newExchange()
		h.x.id, h.x.role = h.rec.id, responder
		p.shared = p.shared || len(p.open.list) > 0
		p.open.list = append(p.open.list, h.x)
	}
}

// supersede ends an exchange whose end was not seen: the web server has had it,
// for it uses the id again.
func (p *parser) supersede(x *exchange) {
	if x.Response.Seen {
		p.done(x, proto.NoFault)
	} else {
		p.done(x, proto.NotObserved)
	}
}

// settleAdrift ends the responses whose end may have passed unseen, when the
// web server goes on. One that asks for several things at once may just as well not have had them yet.
func (p *parser) settleAdrift() {
	if p.shared || p.halves[proto.ToClient].state != adrift {
		return
	}
	for len(p.open.list) > 0 {
		p.supersede(p.open.list[0])
	}
}

// continueRequest finds the exchange of a record that goes on with a request.
func (p *parser) continueRequest(h *half) {
	x := p.open.find(h.rec.id)
	if x == nil {
		h.disown(proto.LostOpaque)
		return
	}
	h.x = x
	if h.rec.kind != params {
		p.announce(x, true) // the end of the parameters was not seen
	}
}

// requestRecord acts on a record of a request that is whole.
func (p *parser) requestRecord(rec record, x *exchange) {
	last := rec.size == 0 // a stream ends with an empty record
	switch rec.kind {
	case params:
		if last {
			p.announce(x, false)
			x.Request.Whole = x.role == authorizer || x.Request.Whole
		}
	case stdin:
		// An application need not wait for the stream's end, and PHP-FPM does not.
		x.Request.Whole = x.Request.Whole || x.role != filter && (last || x.Request.Body == x.length)
	case data:
		x.Request.Whole = last || x.Request.Whole
	case abortRequest:
		x.aborted, x.Request.Whole = true, true
	}
}

func (x *exchange) setRole(r role) {
	if r == authorizer || r == filter {
		x.role = r
	}
}

// announce reads the parameters and opens the exchange, once. cut is true when
// not all of them have come.
func (p *parser) announce(x *exchange, cut bool) {
	if x.announced {
		return
	}
	x.announced = true
	x.prelude = x.Request.Wire
	x.readParams(cut)
	x.size = x.held()
	p.open.held += x.size
	p.sink.Open(&x.Exchange)
}
