package fastcgi

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// exchange is a request and its response. It implements proto.Semantics.
type exchange struct {
	proto.Exchange
	httpwords.Words
	owner *protocol

	id   uint16
	role role
	// announced is true once the sink knows of it; aborted once the web server
	// wanted no more of it; ended once the application's END_REQUEST was read.
	announced, aborted, ended bool
	// size is what it counts for among those in flight.
	size int
	// prelude is how many bytes of the request came before its body.
	prelude int64

	// buf holds the parameters, until they are read, then the beginning of a
	// line of the response's head. cut is true when some of it was left out.
	buf []byte
	cut bool

	request
	response
}

// request is what the parameters say; empty where they do not.
type request struct {
	// uri is the request target; script, info and query stand in for one.
	uri, script, info, query string
	scheme                   string
	serverName               string
	serverPort               int64
	// contentType is the body's, in buf: nil once the parameters are read.
	contentType []byte
	// length is the announced one of the body, 0 for none.
	length     int64
	remote     string
	remotePort int64
	// file is the script's.
	file string
}

// response is what the head and END_REQUEST say.
type response struct {
	// headed is true once the head is over, moved when it holds a Location.
	headed, moved bool
	// head is how many bytes of the head have come.
	head int
	// plain is true for text, coded for content that is compressed.
	plain, coded bool
	// appStatus and refusal are END_REQUEST's.
	appStatus int64
	refusal   string
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
	x.dropBuffer()
	x.Request.Reset()
	x.Response.Reset()
	x.Request.Body, x.Response.Body = 0, 0
	*x = exchange{
		Exchange: proto.Exchange{Protocol: Name, Request: x.Request, Response: x.Response},
		owner:    x.owner,
	}
	x.Semantics = x
}

func (x *exchange) dropBuffer() {
	x.owner.drop(x.buf)
	x.buf, x.cut = nil, false
}

// held is how many bytes of text the exchange may keep alive.
func (x *exchange) held() int {
	n := len(x.uri) + len(x.script) + len(x.info) + len(x.query) + len(x.scheme) +
		len(x.serverName) + len(x.remote) + len(x.file)
	return n + x.Words.Held() + len(x.Context.State)
}

// message is the half that travels in the given direction.
func (x *exchange) message(dir proto.Dir) *proto.Message {
	if dir == proto.ToServer {
		return &x.Request
	}
	return &x.Response
}
