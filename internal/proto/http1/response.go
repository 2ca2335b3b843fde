package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
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
	case x.Status == 101:
		p.tunnel(h, x, httpwords.Upgrade)
		return
	case x.Status < 200:
		p.interim(h, x, truncated)
		return
	case x.Method == "CONNECT" && x.Status < 300:
		p.tunnel(h, x, httpwords.Tunnel)
		return
	}
	x.Response.Truncated = truncated
	p.requestAnswered(x)
	end := f.response(x.Status, x.Method)
	if truncated {
		end = unknownExtent
	}
	p.enterBody(h, end, f.length)
}

// interim forgets a 1xx response, except for the accounts that it used.
func (p *parser) interim(h *half, x *exchange, truncated bool) {
	x.Status, x.ResponseHeaders, x.Stream = 0, nil, httpwords.NoStream
	accounts := x.Response.Accounts
	x.Response = proto.Message{Accounts: accounts, Body: -1}
	h.disown(proto.LostGap)
	h.enter(atStart)
	if truncated {
		h.enter(untilNext)
	}
}

// tunnel ends the exchange at the response's head: what follows is not HTTP.
func (p *parser) tunnel(h *half, x *exchange, kind httpwords.Stream) {
	x.Mark |= proto.MarkStream
	x.Stream = kind
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
	x.Status = statusOf(line)
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
			if httpwords.Is(name, "content-type") && httpwords.IsEventStream(value) {
				x.Stream = httpwords.EventStream
			}
		case len("content-length"):
			if httpwords.Is(name, "content-length") {
				f.contentLength(value)
			}
		case len("transfer-encoding"):
			if httpwords.Is(name, "transfer-encoding") {
				f.transferEncoding(value)
			}
		}
		x.owner.words.ResponseField(&x.Words, name, value)
	}
}
