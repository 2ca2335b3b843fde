package http1

import "github.com/beylareceiver/beylareceiver/internal/proto"

// exchange is a request and its response. It implements proto.Semantics.
type exchange struct {
	proto.Exchange
	owner *protocol

	// method is a registered one or otherMethod, with original as it was sent.
	method, original string
	// target is the request target as it was sent, possibly cut.
	target string
	// host is the Host field, userAgent User-Agent, origin the client that a
	// proxy names; empty when absent.
	host, userAgent, origin string
	// version is the request's, or the response's if the request's is not known.
	version string
	// status is the final response's, 0 until it is known.
	status int
	// expect is true when the client waits for 100 before it sends the body.
	expect bool
	stream stream
	// size is what the queue counts it for.
	size int
	// requestHeaders and responseHeaders are what the configuration asks for.
	requestHeaders, responseHeaders []captured
}

// stream is the value of beyla.stream.kind; empty for what is no stream.
type stream string

const (
	noStream    stream = ""
	upgrade     stream = "upgrade"
	tunnel      stream = "connect"
	eventStream stream = "event_stream"
)

func (o *protocol) newExchange() *exchange {
	if n := len(o.free); n > 0 {
		x := o.free[n-1]
		o.free = o.free[:n-1]
		return x
	}
	x := &exchange{owner: o}
	x.reset()
	return x
}

// Release implements proto.Semantics.
func (x *exchange) Release() {
	x.reset()
	if o := x.owner; len(o.free) < maxFree {
		o.free = append(o.free, x)
	}
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
	n := len(x.original) + len(x.target) + len(x.host) + len(x.userAgent) + len(x.origin) + len(x.Context.State)
	for _, h := range x.requestHeaders {
		for _, v := range h.values {
			n += len(v)
		}
	}
	return n
}

// message is the half that travels in the given direction.
func (x *exchange) message(dir proto.Dir) *proto.Message {
	if dir == proto.ToServer {
		return &x.Request
	}
	return &x.Response
}
