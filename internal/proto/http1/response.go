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
		p.upgraded(h, x, truncated)
		return
	case x.Status < 200:
		p.interim(h, x, truncated)
		return
	case x.Method == "CONNECT" && x.Status < 300:
		p.connected(h, x, truncated)
		return
	}
	x.Response.Truncated = truncated
	p.requestAnswered(x)
	end := f.response(x.Status, x.Method)
	if truncated {
		end = unknownExtent
	}
	if h.x != nil {
		x.answered(f.contentType, end)
		if x.streams() && end != noBody {
			p.tell(x)
		}
	}
	p.enterBody(h, end, f.length)
}

// interim forgets a 1xx response, except for the accounts that it used.
func (p *parser) interim(h *half, x *exchange, truncated bool) {
	x.forgetInterim()
	h.disown(proto.LostGap)
	h.enter(atStart)
	if truncated {
		h.enter(untilNext)
	}
}

func (x *exchange) forgetInterim() {
	x.Status, x.ResponseHeaders = 0, nil
	accounts := x.Response.Accounts
	x.Response = proto.Message{Accounts: accounts, Body: -1}
}

// requestAnswered ends a request whose end could not be seen.
func (p *parser) requestAnswered(x *exchange) {
	h := &p.halves[proto.ToServer]
	if h.x == x && (h.state == untilNext || h.guess) {
		x.Request.Whole = true
		h.disown(proto.LostGap)
	}
}

// responseFields gathers what is needed of a response's fields while they are read.
type responseFields struct {
	framing
	contentType []byte
}

// readResponse fills the exchange from a head, possibly cut.
func (x *exchange) readResponse(head []byte) responseFields {
	line, rest, _ := cutLine(head)
	x.Status = statusOf(line)
	if x.version == "" {
		x.version = version(line[len("HTTP/1.")])
	}
	x.Response.Body = 0
	f := responseFields{framing: framing{length: -1}}
	for left := fields(rest); ; {
		name, value, ok := left.next()
		if !ok {
			return f
		}
		switch len(name) {
		case len("upgrade"):
			if httpwords.Is(name, "upgrade") {
				x.upgrade = upgradeOf(value)
			}
		case len("content-type"):
			if httpwords.Is(name, "content-type") {
				f.contentType = value
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
		x.responseField(name, value)
	}
}

// responseField takes a field of a response's head, whatever it says.
func (x *exchange) responseField(name, value []byte) {
	x.owner.words.ResponseField(&x.Words, name, value)
	if x.call != nil && x.Status >= 200 {
		x.call.ResponseField(name, value)
	}
}
