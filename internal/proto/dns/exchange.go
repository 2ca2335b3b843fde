package dns

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// exchange is one query and its response. It is the Semantics of itself.
type exchange struct {
	proto.Exchange
	home      *protocol
	transport event.Transport

	id           uint16
	op           uint8
	qtype, class uint16
	name         string

	// rcode is valid once the response's header was read (Response.Seen).
	rcode    uint16
	answers  []string
	transfer transfer

	// retried: the same was asked again while this was unanswered.
	retried bool
	// holed: bytes towards the client were lost while this was unanswered.
	holed bool
}

// open makes the exchange of a query.
func (p *protocol) open(t event.Transport, h *head) *exchange {
	x, _ := p.pool.Get().(*exchange)
	if x == nil {
		x = &exchange{home: p}
		x.Request.Reset()
		x.Response.Reset()
	}
	x.Protocol, x.Semantics = Name, x
	x.transport, x.id, x.op, x.qtype, x.class = t, h.id, h.op(), h.qtype, h.class
	x.name = p.texts.text(h.name)
	if t == event.TCP {
		x.transfer = newTransfer(h)
	}
	return x
}

// Release implements proto.Semantics.
func (x *exchange) Release() {
	x.Request.Reset()
	x.Response.Reset()
	*x = exchange{home: x.home, Exchange: proto.Exchange{
		Request: x.Request, Response: x.Response,
	}}
	x.home.pool.Put(x)
}

// asks tells whether the exchange's question is this one; without a question
// in the message, the id has to do.
func (x *exchange) asks(h *head) bool {
	return x.id == h.id &&
		(h.questions == 0 || x.qtype == h.qtype && x.class == h.class && sameName(x.name, h.name))
}

// active is when this exchange last showed a sign of life.
func (x *exchange) active() int64 { return max(x.Request.Last, x.Response.Last) }

// half is the half that travels in a direction.
func (x *exchange) half(dir proto.Dir) *proto.Message {
	if dir == proto.ToServer {
		return &x.Request
	}
	return &x.Response
}

// overdue is the fault of an exchange whose time ran out.
func (x *exchange) overdue() proto.Fault {
	if x.holed || x.Response.Seen {
		return proto.NotObserved
	}
	return proto.Timeout
}

// ended is the fault of an exchange whose connection came to an end.
func (x *exchange) ended(how proto.Ending) proto.Fault {
	switch {
	case x.holed:
		return proto.NotObserved
	case x.retried && !x.Response.Seen:
		return proto.Timeout
	case how == proto.RST:
		return proto.ConnectionReset
	case how == proto.Expired:
		return proto.NotObserved
	case how == proto.Idle:
		return x.overdue()
	default:
		return proto.ConnectionClosed
	}
}
