package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// beginRequest finds the exchange of a request that begins, if it is to have one.
func (p *parser) beginRequest(h *half) {
	if h.x != nil {
		h.x.Request.Whole = true // it has ended somewhere before
		h.x = nil
	}
	p.endOpenResponse()
	q := &p.queue
	q.clear(h.ordinal, p.pipelined)
	switch c := &p.owner.config; {
	case q.hidden != nothingHidden:
		h.disown(q.why)
	case q.len() >= c.MaxPipeline || q.held > c.MaxHeld:
		q.hide(h.ordinal, proto.LostCap)
		h.disown(proto.LostCap)
	default:
		h.x = p.owner.newExchange()
	}
}

// endOpenResponse ends a response whose end could not be seen: the client has
// it, for it goes on.
func (p *parser) endOpenResponse() {
	h := &p.halves[proto.ToClient]
	if h.x == nil || !h.endsByNext() || p.queue.len() > 1 {
		return
	}
	p.finish(h.x)
	h.disown(proto.LostGap)
	h.enter(untilNext)
}

// requestOver reads a request's head and opens the exchange.
func (p *parser) requestOver(h *half, head []byte, truncated bool) {
	x := h.x
	if x == nil {
		x = p.owner.spare
		defer x.reset()
	}
	f := x.readRequest(head)
	end := f.request()
	if truncated {
		end = unknownExtent
	}
	if h.x != nil {
		x.Request.Truncated = truncated
		x.Mark |= x.Marks(x.target, f.contentType)
		x.polls = x.IsLongPoll(x.target, f.prefer)
		x.beginCall(f.call)
		p.open(x)
	}
	p.enterBody(h, end, f.length)
}

func (p *parser) open(x *exchange) {
	p.sink.Open(&x.Exchange)
	p.queue.push(x)
	// A response whose bytes are only counted may be further than we know.
	client := &p.halves[proto.ToClient]
	if p.queue.len() > 1 && !(client.body() && client.gapped) {
		p.pipelined = true
	}
}

// requestFields gathers what is needed of a request's fields while they are read.
type requestFields struct {
	framing
	contentType, forwarded, forwardedFor []byte
	prefer                               []byte
	// call is true when a field says something of a call.
	call bool
}

// readRequest fills the exchange from a head, possibly cut.
func (x *exchange) readRequest(head []byte) requestFields {
	line, rest, _ := cutLine(head)
	r, _ := parseRequestLine(line)
	words := x.owner.words
	words.SetMethod(&x.Words, r.method)
	x.target = words.Text(r.target)
	x.version = version(r.minor)
	x.Request.Body = 0

	f := requestFields{framing: framing{length: -1}}
	for left := fields(rest); ; {
		name, value, ok := left.next()
		if !ok {
			break
		}
		x.requestField(&f, name, value)
		x.owner.contexts.Field(name, value)
		words.RequestField(&x.Words, name, value)
	}
	x.origin = words.Text(httpwords.ClientOf(f.forwarded, f.forwardedFor))
	x.Context, x.RequestID = x.owner.contexts.Take()
	return f
}

func (x *exchange) requestField(f *requestFields, name, value []byte) {
	switch len(name) { // most fields are none of these
	case len("host"):
		if httpwords.Is(name, "host") {
			x.Host = x.owner.words.Text(value)
		}
	case len("expect"):
		if httpwords.Is(name, "expect") {
			x.expect = httpwords.Is(value, "100-continue")
		} else if httpwords.Is(name, "prefer") {
			f.prefer = value
		}
	case len("upgrade"):
		if httpwords.Is(name, "upgrade") {
			x.upgrade = upgradeOf(value)
		}
	case len("forwarded"):
		if httpwords.Is(name, "forwarded") && f.forwarded == nil {
			f.forwarded = value
		}
	case len("user-agent"):
		if httpwords.Is(name, "user-agent") {
			x.UserAgent = x.owner.words.Text(value)
		}
	case len("content-type"):
		if httpwords.Is(name, "content-type") {
			f.contentType = value
		}
		f.callField(x.owner, name, value)
	case len("content-length"):
		if httpwords.Is(name, "content-length") {
			f.contentLength(value)
		}
	case len("x-forwarded-for"):
		if httpwords.Is(name, "x-forwarded-for") && f.forwardedFor == nil {
			f.forwardedFor = value
		}
	case len("transfer-encoding"):
		if httpwords.Is(name, "transfer-encoding") {
			f.transferEncoding(value)
		}
	case len("content-encoding"), len("connect-timeout-ms"), len("connect-protocol-version"):
		f.callField(x.owner, name, value)
	}
}
