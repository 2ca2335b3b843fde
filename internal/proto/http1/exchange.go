package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// exchange is a request and its response. It implements proto.Semantics.
type exchange struct {
	proto.Exchange
	httpwords.Words
	owner *protocol

	// target is the request target as it was sent, possibly cut.
	target string
	// origin is the client that a proxy names; empty when absent.
	origin string
	// version is the request's, or the response's if the request's is not known.
	version string
	// expect is true when the client waits for 100 before it sends the body.
	expect bool
	// size is what the queue counts it for.
	size int
}

func (o *protocol) newExchange() *exchange {
	if x := o.free.Take(); x != nil {
		return x
	}
	x := &exchange{owner: o}
	x.reset()
	return x
}

// Release implements proto.Semantics.
func (x *exchange) Release() {
	x.reset()
	x.owner.free.Give(x)
}

// reset empties the exchange and keeps the memory of its accounts.
func (x *exchange) reset() {
	x.Request.Reset()
	x.Response.Reset()
	*x = exchange{
		Exchange: proto.Exchange{Protocol: Name, Request: x.Request, Response: x.Response},
		owner:    x.owner,
	}
	x.Semantics = x
}

// held is how many bytes of text the exchange may keep alive.
func (x *exchange) held() int {
	return x.Words.Held() + len(x.target) + len(x.origin) + len(x.Context.State)
}

// message is the half that travels in the given direction.
func (x *exchange) message(dir proto.Dir) *proto.Message {
	if dir == proto.ToServer {
		return &x.Request
	}
	return &x.Response
}
