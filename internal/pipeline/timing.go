//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// timing is what only a tap can tell of an exchange: nanoseconds, zero when not
// known, and a count.
type timing struct {
	connect   int64
	queue     int64
	firstByte int64
	transfer  int64
	again     uint32 // segments sent again when it began, then those since
	next      uint32 // the ordinal of whatever is sent back first
}

// begin notes what is known when the request is.
func (t *timing) begin(s *session, x *proto.Exchange) {
	t.again, t.next = s.again, s.sent
	if s.flow != nil && !s.server() && x.Request.Origin.Ordinal == 0 && x.Request.Index == 0 && !s.opened {
		t.connect = s.flow.ConnectTime
	}
	s.opened = true // of concurrent requests several may begin in the first message
}

// end notes the rest when the exchange is done.
func (t *timing) end(s *session, x *proto.Exchange) {
	t.again = s.again - t.again
	request, response := &x.Request, &x.Response
	if !request.Seen || !response.Seen {
		return
	}
	// Before 100 (Continue) the head was read, and what was read last is the body.
	if s.server() && response.Origin.Ordinal == t.next &&
		request.First <= s.readTime && s.readTime <= response.First {
		t.queue = s.readTime - request.First
	}
	t.firstByte = max(0, response.First-request.First)
	t.transfer = max(0, response.Last-response.First)
}

// describe puts what the tap knows beyond the protocol on the span.
func (e *Engine) describe(in *span.Input, st *stage) {
	if name := e.peerService(st); name != "" {
		in.Extra.Str(span.PeerService, name)
	}
	if !e.cfg.Timing {
		return
	}
	t := &st.timing
	put := func(key string, v int64) {
		if v > 0 {
			in.Extra.Int(key, v)
		}
	}
	if in.Side == proto.Client {
		put(span.Connect, t.connect)
	} else {
		put(span.Queue, t.queue)
		put(span.Network, st.peer.wait-t.firstByte)
	}
	put(span.FirstByte, t.firstByte)
	put(span.Transfer, t.transfer)
	put(span.Retransmissions, int64(t.again))
}
