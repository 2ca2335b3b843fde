package http1

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// beginResponse finds the exchange of a response that begins.
func (p *parser) beginResponse(h *half) {
	if p.queue.len() == 0 {
		// The server does not wait for the end of the request's head (408).
		p.truncate(&p.halves[proto.ToServer])
	}
	if h.x = p.queue.oldest(); h.x == nil {
		h.disown(proto.LostNoRequest)
	}
}

// responseOver reads a response's head.
func (p *parser) responseOver(h *half, head []byte, truncated bool) {
	x := h.x
	if x == nil {
		x = p.owner.spare
		defer x.reset()
	}
	f := x.readResponse(head)
	switch {
	case x.status == 101:
		p.tunnel(h, x, upgrade)
		return
	case x.status < 200:
		p.interim(h, x, truncated)
		return
	case x.method == "CONNECT" && x.status < 300:
		p.tunnel(h, x, tunnel)
		return
	}
	x.Response.Truncated = truncated
	p.requestAnswered(x)
	end := f.response(x.status, x.method)
	if truncated {
		end = unknownExtent
	}
	p.enterBody(h, end, f.length)
}

// interim forgets a 1xx response, except for the accounts that it used.
func (p *parser) interim(h *half, x *exchange, truncated bool) {
	x.status, x.responseHeaders, x.stream = 0, nil, noStream
	accounts := x.Response.Accounts
	x.Response = proto.Message{Accounts: accounts, Body: -1}
	h.disown(proto.LostGap)
	h.enter(atStart)
	if truncated {
		h.enter(untilNext)
	}
}

// tunnel ends the exchange at the response's head: what follows is not HTTP.
func (p *parser) tunnel(h *half, x *exchange, kind stream) {
	x.Mark |= proto.MarkStream
	x.stream = kind
	if h.x != nil {
		p.finish(x)
	}
	p.surrender(proto.LostOpaque)
}

// requestAnswered ends a request whose end could not be seen.
func (p *parser) requestAnswered(x *exchange) {
	h := &p.halves[proto.ToServer]
	if h.x == x && (h.state == untilNext || h.guess) {
		x.Request.Whole = true
		h.disown(proto.LostGap)
	}
}

// readResponse fills the exchange from a head, possibly cut.
func (x *exchange) readResponse(head []byte) framing {
	line, rest, _ := cutLine(head)
	x.status = statusOf(line)
	if x.version == "" {
		x.version = version(line[len("HTTP/1.")])
	}
	x.Response.Body = 0
	f := framing{length: -1}
	for left := fields(rest); ; {
		name, value, ok := left.next()
		if !ok {
			return f
		}
		switch len(name) {
		case len("content-type"):
			if is(name, "content-type") && isEventStream(value) {
				x.stream = eventStream
			}
		case len("content-length"):
			if is(name, "content-length") {
				f.contentLength(value)
			}
		case len("transfer-encoding"):
			if is(name, "transfer-encoding") {
				f.transferEncoding(value)
			}
		}
		x.responseHeaders = capture(x.owner.response, x.responseHeaders, name, value)
	}
}

// isEventStream tells the media type of server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
func isEventStream(contentType []byte) bool {
	media, _, _ := bytes.Cut(contentType, []byte{';'})
	return is(trim(media), "text/event-stream")
}
