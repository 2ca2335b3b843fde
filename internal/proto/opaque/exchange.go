package opaque

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// exchange is a connection, or a turn. It implements proto.Semantics.
type exchange struct {
	proto.Exchange
	owner *protocol
	facts tlshello.Facts
	// turns is how many messages the client sent; counted is true once all of them were.
	turns   int64
	counted bool
	mode    Mode
	// handshake: a turn in which the application had no say.
	handshake bool
}

// Exchange.Protocol, and names of spans.
const (
	nameTLS = "tls"
	nameTCP = "tcp"
)

func (o *protocol) newExchange(mode Mode) *exchange {
	var x *exchange
	if n := len(o.free); n > 0 {
		x, o.free = o.free[n-1], o.free[:n-1]
	} else {
		x = new(exchange)
	}
	x.Request.Reset()
	x.Response.Reset()
	x.owner, x.mode, x.Protocol, x.Semantics = o, mode, nameTCP, x
	if mode == Connection {
		x.Mark = proto.MarkStream
	}
	return x
}

// Release implements proto.Semantics.
func (x *exchange) Release() {
	o := x.owner
	x.Request.Reset()
	x.Response.Reset()
	*x = exchange{Exchange: proto.Exchange{Request: x.Request, Response: x.Response}}
	if len(o.free) < maxFree {
		o.free = append(o.free, x)
	}
}

// know takes over what was read in the handshake.
func (x *exchange) know(f *tlshello.Facts) {
	x.facts = *f
	x.Protocol = nameTCP
	if f.TLS {
		x.Protocol = nameTLS
	}
}

// half is the half that travels in a direction.
func (x *exchange) half(dir proto.Dir) *proto.Message {
	if dir == proto.ToServer {
		return &x.Request
	}
	return &x.Response
}

// miss counts n bytes that passed unseen, the last of them at time at.
func miss(m *proto.Message, at, n int64) {
	if !m.Seen {
		m.Seen = true
		if m.First == 0 { // else it has been given a beginning
			m.First = at
		}
	}
	m.Wire += n
	m.Last = max(m.Last, at)
}

// until notes when the last byte of a half passed.
func until(m *proto.Message, last int64) {
	if m.Seen {
		m.Last = max(m.Last, last)
	}
}
