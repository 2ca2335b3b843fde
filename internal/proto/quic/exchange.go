package quic

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// exchange is a connection. It implements proto.Semantics.
type exchange struct {
	proto.Exchange
	owner *protocol
	facts tlshello.Facts
	// failure is the transport error with which the connection was given up; empty for none.
	failure   string
	version   uint32
	confirmed bool // the server uses it
	retried   bool
	// holed: whole datagrams passed unseen.
	holed     bool
	datagrams [2]int64
}

func (o *protocol) newExchange() *exchange {
	var x *exchange
	if n := len(o.free); n > 0 {
		x, o.free = o.free[n-1], o.free[:n-1]
	} else {
		x = new(exchange)
	}
	x.Request.Reset()
	x.Response.Reset()
	x.owner, x.Protocol, x.Semantics, x.Mark = o, Name, x, proto.MarkStream
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

// half is the half that travels in a direction.
func (x *exchange) half(dir proto.Dir) *proto.Message {
	if dir == proto.ToServer {
		return &x.Request
	}
	return &x.Response
}

// confirm notes the version of a packet. The server's word counts.
func (x *exchange) confirm(version uint32, answer bool) {
	if answer || !x.confirmed {
		x.version, x.confirmed = version, answer
	}
}

// establish notes that both ends have their last keys.
func (x *exchange) establish() {
	f := &x.facts
	f.Established = tlshello.Yes
	if len(f.Offered) == 1 {
		f.Protocol = f.Offered[0]
	}
}
