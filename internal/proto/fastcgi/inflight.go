package fastcgi

import (
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// inflight holds the requests that are not over, oldest first.
type inflight struct {
	list []*exchange
	// held is the size of the text in them.
	held int
}

// find is the request with this id; nil if there is none.
func (f *inflight) find(id uint16) *exchange {
	for _, x := range f.list {
		if x.id == id {
			return x
		}
	}
	return nil
}

// only is the one request for which the condition holds; nil if there are none, or several.
func (f *inflight) only(cond func(*exchange) bool) (only *exchange) {
	for _, x := range f.list {
		if !cond(x) {
			continue
		}
		if only != nil {
			return nil
		}
		only = x
	}
	return only
}

func (f *inflight) remove(x *exchange) {
	if i := slices.Index(f.list, x); i >= 0 {
		f.list = slices.Delete(f.list, i, i+1)
		f.held -= x.size
	}
}

// done hands an exchange to the sink.
func (p *parser) done(x *exchange, fault proto.Fault) {
	p.announce(x, true)
	p.open.remove(x)
	for i := range p.halves {
		if h := &p.halves[i]; h.x == x {
			h.disown(proto.LostOpaque)
		}
	}
	if x.head > 0 {
		x.endHead(true)
	}
	x.Fault = fault
	if fault == proto.NoFault {
		x.Response.Whole = true
		if h := &p.halves[proto.ToServer]; h.state == adrift && !x.Request.Whole {
			x.Request.Whole = true // its end was not seen, but it was answered
			x.Request.Body = x.announcedBody()
		}
	}
	if !x.Request.Whole {
		x.Request.Body = -1
	}
	p.sink.Done(&x.Exchange)
}

// announcedBody is the size of a body whose records were not all seen: what was
// announced, if as many bytes have passed; else -1.
func (x *exchange) announcedBody() int64 {
	if passed := x.Request.Wire - x.prelude; x.length > 0 && passed >= x.length {
		return x.length
	}
	return -1
}

// fail ends every exchange in flight.
func (p *parser) fail(fault proto.Fault) {
	for len(p.open.list) > 0 {
		p.done(p.open.list[0], fault)
	}
}

// surrender ends the parser's interest in the connection.
func (p *parser) surrender(why proto.Lost) {
	p.fail(proto.NotObserved)
	p.dead = true
	for i := range p.halves {
		h := &p.halves[i]
		h.disown(why)
		h.state = over
	}
}
