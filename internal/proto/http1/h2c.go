package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// http2 is the protocol's name in a handover.
const http2 = "http2"

// handed is a request whose response comes on stream 1 of HTTP/2
// (https://www.rfc-editor.org/rfc/rfc7540#section-3.2). It implements proto.Handed.
type handed struct {
	p *parser
	x *exchange // nil once it is done
	// none stands for the response of a request that is done.
	none proto.Message
}

// toHTTP2 hands the connection over; false if there is nobody to take it.
func (p *parser) toHTTP2(x *exchange, whole [2]bool) bool {
	if p.owner.config.Next == nil {
		return false
	}
	first := &handed{p: p, x: x}
	next := p.owner.config.Next(proto.Handover{Name: http2, Transport: event.TCP, Sink: p.sink, First: first})
	if next == nil {
		return false
	}
	x.forgetInterim()
	p.next = &afterUpgrade{Parser: next, first: first}
	for dir, sound := range whole {
		if !sound { // some bytes have passed; how many is not known
			next.Gap(proto.Dir(dir), x.Request.Last, 1)
		}
	}
	if p.ended {
		p.next.Close(proto.ToServer, x.Request.Last, proto.FIN)
	}
	return true
}

// Response implements proto.Handed.
func (f *handed) Response() *proto.Message {
	if f.x == nil {
		return &f.none
	}
	return &f.x.Response
}

// Field implements proto.Handed.
func (f *handed) Field(name, value []byte) {
	x := f.x
	switch {
	case x == nil:
	case string(name) == ":status":
		if n, ok := number(value); ok && n < 1000 {
			x.Status = int(n)
		}
	default:
		if httpwords.Is(name, "content-type") && httpwords.IsEventStream(value) {
			x.Stream = httpwords.EventStream
		}
		x.responseField(name, value)
	}
}

// Done implements proto.Handed.
func (f *handed) Done(fault proto.Fault) {
	if x := f.x; x != nil {
		f.x = nil
		f.p.part(x, fault)
	}
}

// afterUpgrade sees to it that the request that was handed over comes to an end, too.
type afterUpgrade struct {
	proto.Parser
	first *handed
	ended [2]bool
}

// Close implements proto.Parser.
func (u *afterUpgrade) Close(dir proto.Dir, last int64, how proto.Ending) {
	u.Parser.Close(dir, last, how)
	if u.ended[dir] = true; u.ended[dir.Flip()] {
		u.first.Done(u.first.p.fault(how))
		u.first.p.next = nil
	}
}
