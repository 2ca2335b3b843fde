package http2

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/grpc"
)

// beginCall finds out, once a request's head is read, whether it is a call's. On a connection that was
// open before, the fields that say so are mostly unknown: then the bodies may tell.
func (x *exchange) beginCall() {
	switch {
	case x.call.Begin(x.Method, x.path):
		x.becomeCall()
	case x.unknown:
		x.call.Suspect(x.Method, x.path)
	}
}

// becomeCall says what the exchange is, now that it is known.
func (x *exchange) becomeCall() {
	x.Protocol = x.call.Flavour.Protocol()
	x.Mark |= x.call.Marks()
}

// calls tells whether the exchange is a call, or may be one.
func (x *exchange) calls() bool { return x.call.Flavour != grpc.None || x.call.Suspected() }

// followCall draws the conclusions of what a call has carried.
func (p *parser) followCall(x *exchange) {
	if x.headed && x.call.Settle() {
		x.becomeCall()
	}
	if x.headed && x.call.Streams() {
		p.tellStream(x)
	}
}

// endCall notes that a half of a call is over, or will not go on.
func (p *parser) endCall(x *exchange, dir proto.Dir) {
	x.call.End(dir, p.at)
	p.followCall(x)
}

// stopCall ends what is left of a call that ends with the fault.
func (p *parser) stopCall(x *exchange, fault proto.Fault) {
	if fault == proto.NotObserved || fault == proto.NoFault {
		return
	}
	for dir := range p.halves {
		if dir := proto.Dir(dir); !x.message(dir).Whole {
			p.endCall(x, dir)
		}
	}
}

// describeCall is Describe for a call.
func (x *exchange) describeCall(side proto.Side, e proto.Endpoints, d *proto.Description) {
	x.owner.rpc.Describe(&grpc.View{
		Side: side, Endpoints: e, Exchange: &x.Exchange, Call: &x.call,
		Authority: x.Host, Client: x.origin, Version: version, Unknown: x.unknown, Cancelled: x.cancelled,
		RequestFields: x.RequestHeaders, ResponseFields: x.ResponseHeaders,
	}, d)
}
