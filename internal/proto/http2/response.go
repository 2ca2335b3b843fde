package http2

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// lingering is how long a body of no announced size may take before it counts as one that is made while
// it is sent.
const lingering = int64(time.Second)

// responseField takes a field of a response's head.
func (p *parser) responseField(h *half, k *block, name, value []byte) {
	x := k.x
	if name[0] == ':' {
		if string(name) == ":status" {
			p.restart(k)
			if x.Status = status(value); x.handed != nil && x.final() {
				x.handed.Field(name, value)
			}
		}
		return
	}
	if x.unsure { // what was taken for the final head has been that: these are the trailers
		x.trailer(h.dir, name, value)
		return
	}
	if x.handed != nil {
		if x.final() {
			x.handed.Field(name, value)
		}
		return
	}
	x.responseField(&p.owner.gathered, name, value)
}

// responseField takes a field of a response's head that is no pseudo-header.
func (x *exchange) responseField(g *gathered, name, value []byte) {
	switch len(name) {
	case len("content-type"):
		if httpwords.Is(name, "content-type") {
			g.contentType = value
		}
	case len("content-length"):
		if httpwords.Is(name, "content-length") {
			x.sized = true
		}
	}
	x.call.ResponseField(name, value)
	x.owner.words.ResponseField(&x.Words, name, value)
}

// status reads :status; 0 for what is none.
func status(b []byte) int {
	if len(b) != 3 || b[0] < '1' || b[0] > '9' || b[1] < '0' || b[1] > '9' || b[2] < '0' || b[2] > '9' {
		return 0
	}
	return int(b[0]-'0')*100 + int(b[1]-'0')*10 + int(b[2]-'0')
}

// final tells whether the head is not known to be an interim one.
func (x *exchange) final() bool { return x.Status == 0 || x.Status >= 200 }

// endResponseHead acts on a head whose fields were read.
func (x *exchange) endResponseHead(g *gathered) {
	if x.handed != nil || x.unsure {
		return
	}
	switch {
	case httpwords.IsEventStream(g.contentType):
		x.Stream = httpwords.EventStream
	case httpwords.IsSequence(g.contentType):
		x.sequence = true
	}
}

// restart is called when a head with a status comes. If one came before whose status was not
// known, that was an interim one.
func (p *parser) restart(k *block) {
	x := k.x
	if !x.unsure {
		return
	}
	x.unsure, x.headed = false, false
	x.forgetResponse()
	m := x.response()
	m.Seen, m.First, m.Origin, m.Last, m.Wire = true, k.began.at, k.began.origin, p.at, k.wire
}

// forgetResponse forgets an interim response, except for the accounts that it used.
func (x *exchange) forgetResponse() {
	m := x.response()
	x.Status, x.ResponseHeaders, x.Stream = 0, nil, httpwords.NoStream
	x.sized, x.sequence = false, false
	*m = proto.Message{Accounts: m.Accounts, Body: -1}
}

// responseOver acts on the head of a response, final or not.
func (p *parser) responseOver(k *block) {
	x := k.x
	switch {
	case x.unsure: // it was no head
		return
	case !x.final() && !k.ends:
		x.forgetResponse()
		return
	}
	m := x.response()
	m.Truncated = k.cut
	m.Body = 0
	if x.Method == "" && x.handed == nil {
		m.Body = -1
	}
	if x.Status == 0 && x.gapped { // it may as well be the trailers
		m.Body, m.Truncated, x.blind = -1, true, true
	}
	x.headed = true
	x.unsure = x.Status == 0 && !k.ends
	if x.handed != nil {
		return
	}
	if x.Status != 0 {
		x.call.Respond(x.Status)
	}
	p.followCall(x)
	x.classify(k.ends)
	if x.Stream != httpwords.NoStream && !x.unsure {
		p.tellStream(x)
	}
}

// classify says what kind of stream the response is, from what the two heads say.
func (x *exchange) classify(empty bool) {
	switch {
	case x.Method == "CONNECT" && 200 <= x.Status && x.Status < 300: // RFC 9113, section 8.5
		x.Stream = httpwords.Tunnel
		if x.protocol == "websocket" { // RFC 8441
			x.Stream = httpwords.WebSocket
			x.openSocket()
		}
	case x.Stream != httpwords.NoStream:
	case x.polls:
		x.Stream = httpwords.LongPoll
	case x.sequence && !x.sized && !empty:
		x.Stream = httpwords.Chunked
	}
}

// markStream marks an exchange that is over. One that asked for a held answer is a stream whether
// it got one or not.
func (x *exchange) markStream() {
	if x.polls && x.Stream == httpwords.NoStream {
		x.Stream = httpwords.LongPoll
	}
	if x.Stream != httpwords.NoStream {
		x.Mark |= proto.MarkStream
	}
}
