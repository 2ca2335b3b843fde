package http2

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/grpc"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// exchange is a stream: a request and its response. It implements proto.Semantics.
type exchange struct {
	proto.Exchange
	httpwords.Words
	owner *Protocol

	id uint32
	// handed is the request in HTTP/1 that this is the response to; nil for others.
	handed proto.Handed
	// size is what it counts for among those that are open.
	size int

	requestWords
	responseWords
	// call is what it says if it is one.
	call grpc.Call

	// opened is true once the sink knows of it, told once it knows that it is a stream.
	opened, told bool
	// unknown is true when a field was indexed in a table that nobody saw.
	unknown bool
	// cancelled is true when the client gave it up.
	cancelled bool
	// lossy is true when parts of the request passed unseen, its end perhaps among them.
	lossy bool
	// doubtful is true while the response may have ended unseen; since is how many
	// exchanges there had been then.
	doubtful bool
	since    int
}

// requestWords is what the request's head says; empty where it does not, or where it is not known.
type requestWords struct {
	scheme, path string
	// authority is true when the request names one; it is Host then.
	authority bool
	// protocol is that of an extended CONNECT (RFC 8441).
	protocol string
	// origin is the client that a proxy names.
	origin string
	// polls is true when the client asked for the answer to be held back.
	polls bool
}

// responseWords is how far the response has come.
type responseWords struct {
	// headed is true once the final response's head is over; unsure when that may have been
	// an interim one's, because its status is not known; blind when it passed unseen.
	headed, unsure, blind bool
	// gapped is true when parts of it passed unseen.
	gapped bool
	// sized is true when the head says how long the body is, sequence when it comes piece by piece.
	sized, sequence bool
	// body is when the first of it came.
	body int64
	// carried is what passes through a tunnel, by proto.Dir.
	carried [2]int64
	// socket is the WebSocket that it is; nil for others.
	socket *socket
}

func (o *Protocol) newExchange() *exchange {
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
		Exchange: proto.Exchange{Protocol: Name, Concurrent: true, Request: x.Request, Response: x.Response},
		owner:    x.owner,
	}
	x.Semantics = x
}

// held is how many bytes of text the exchange may keep alive.
func (x *exchange) held() int {
	return x.Words.Held() + len(x.path) + len(x.scheme) + len(x.origin) + len(x.protocol) + len(x.Context.State)
}

// message is the half that travels in the given direction.
func (x *exchange) message(dir proto.Dir) *proto.Message {
	switch {
	case dir == proto.ToServer:
		return &x.Request
	case x.handed != nil:
		return x.handed.Response()
	}
	return &x.Response
}

// response is the response's half.
func (x *exchange) response() *proto.Message { return x.message(proto.ToClient) }
