package http2

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// beginBody notes that a DATA frame begins.
func (p *parser) beginBody(h *half, x *exchange) {
	if h.dir == proto.ToServer {
		return
	}
	p.open.trust(x)
	x.unsure = false // behind an interim head there is no body
	if !x.headed {
		x.headed, x.blind = true, true
		x.response().Truncated = true
	}
}

// payload takes content of the body that travels in the half's direction.
func (p *parser) payload(h *half, x *exchange, b []byte) {
	p.carry(h.dir, x, int64(len(b)))
	x.socket.feed(h.dir, b)
	x.call.Payload(h.dir, p.at, b)
	p.followCall(x)
}

// skipped notes that n bytes of the body passed unseen; n is negative when their number is not known.
func (p *parser) skipped(h *half, x *exchange, n int64) {
	x.call.Skipped(h.dir, p.at, n)
	x.socket.skip(h.dir, n)
	if n < 0 {
		x.message(h.dir).Body, x.carried[h.dir] = -1, uncounted
		return
	}
	p.carry(h.dir, x, n)
}

// uncounted stays below zero, whatever is added to it.
const uncounted = -1 << 62

// carry counts n bytes of a body.
func (p *parser) carry(dir proto.Dir, x *exchange, n int64) {
	if x.Method == "CONNECT" { // there are no bodies, but what the two ends say to each other
		x.carried[dir] += n
		return
	}
	if m := x.message(dir); m.Body >= 0 {
		m.Body += n
	}
	if dir == proto.ToClient && n > 0 {
		p.lingers(x)
	}
}

// lingers looks at how long a body of no announced size has been coming.
func (p *parser) lingers(x *exchange) {
	switch {
	case x.sized || x.Stream != httpwords.NoStream || x.handed != nil || x.calls():
	case x.body == 0:
		x.body = p.at
	case p.at-x.body > lingering:
		x.Stream = httpwords.Chunked
		p.tellStream(x)
	}
}
