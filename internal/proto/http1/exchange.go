package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/grpc"
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
	// upgrade is where Upgrade says that it goes: the response's, else the request's.
	upgrade upgrade
	// polls is true for a request that asks for an answer to be held back.
	polls bool
	// told is true once the sink knows that it is a stream.
	told bool
	// quit is true when the client ended the connection before the response was whole.
	quit bool
	// stream is what it goes on as, call what it is a call of; mostly nil.
	stream *stream
	call   *grpc.Call
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
	x.dropCall()
	x.reset()
	x.owner.free.Give(x)
}

// reset empties the exchange and keeps the memory of its accounts.
func (x *exchange) reset() {
	request, response, owner := x.Request.Accounts, x.Response.Accounts, x.owner
	clear(request)
	clear(response)
	*x = exchange{}
	x.owner, x.Semantics, x.Protocol = owner, x, Name
	x.Request.Accounts, x.Request.Body = request[:0], -1
	x.Response.Accounts, x.Response.Body = response[:0], -1
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
