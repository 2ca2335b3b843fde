package http1

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// lingering is how long a chunked body may take before it counts as one that is made while it is sent.
const lingering = int64(time.Second)

// notYet is half.first while no byte of a chunked body has come.
const notYet = -1

// answered says what kind of stream the response is, from what the two heads say.
func (x *exchange) answered(contentType []byte, end extent) {
	switch {
	case x.call != nil:
		x.call.Respond(x.Status)
	case httpwords.IsEventStream(contentType):
		x.Stream = httpwords.EventStream
	case x.polls:
		x.Stream = httpwords.LongPoll
	case (end == byChunks || end == byClose) && httpwords.IsSequence(contentType):
		x.Stream = httpwords.Chunked
	}
}

// streams tells whether the exchange is known to be a stream by now.
func (x *exchange) streams() bool {
	if x.call != nil {
		return x.call.Streams()
	}
	return x.Stream != httpwords.NoStream
}

// tell tells the sink, once, that the exchange is a stream.
func (p *parser) tell(x *exchange) {
	if x.told {
		return
	}
	x.told = true
	x.Mark |= proto.MarkStream
	p.sink.Streams(&x.Exchange)
}

// lingers looks at how long a chunked body has been coming, now that the next bytes
// are there, at time at.
func (p *parser) lingers(h *half, at int64) {
	x := h.x
	switch {
	case x == nil || h.dir == proto.ToServer || h.state != inChunked && h.state != inLostChunks:
	case h.first == notYet:
		h.first = at
	case at-h.first > lingering && x.Stream == httpwords.NoStream && x.call == nil:
		x.Stream = httpwords.Chunked
		p.tell(x)
	}
}

// markStream marks an exchange that is over. One that asked for a held answer is a stream whether
// it got one or not.
func (x *exchange) markStream() {
	if x.polls && x.Stream == httpwords.NoStream && x.call == nil {
		x.Stream = httpwords.LongPoll
	}
	if x.streams() {
		x.Mark |= proto.MarkStream
	}
}
