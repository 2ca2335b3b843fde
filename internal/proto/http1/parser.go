package http1

import "github.com/beylareceiver/beylareceiver/internal/proto"

// maxStrikes is how many messages in a row may not be HTTP before the parser
// gives the connection up.
const maxStrikes = 3

// parser follows one connection.
type parser struct {
	owner  *protocol
	sink   proto.Sink
	halves [2]half
	queue  queue
	// pipelined is true once a second request came before the first one's response.
	pipelined bool
	// strikes counts messages in a row that were not HTTP.
	strikes int
	// reset is true once the connection was reset, quit once the client has ended it first.
	reset, quit bool
	// dead is true once HTTP is over on this connection. next has what follows, if anybody does.
	dead bool
	next proto.Parser
	// ended is true when the client had ended its direction by then.
	ended bool
}

func newParser(o *protocol, sink proto.Sink) *parser {
	p := &parser{owner: o, sink: sink}
	p.halves[proto.ToServer].dir = proto.ToServer
	p.halves[proto.ToClient].dir = proto.ToClient
	p.queue.hidden = nothingHidden
	return p
}

// Feed implements proto.Parser.
func (p *parser) Feed(dir proto.Dir, seg *proto.Segment) {
	if len(seg.Bytes) == 0 {
		return
	}
	h := &p.halves[dir]
	if !h.started || h.ordinal != seg.Origin.Ordinal {
		p.nextMessage(h, seg.Origin.Ordinal)
	}
	h.fed += len(seg.Bytes)
	for b := seg.Bytes; len(b) > 0; {
		b = b[p.step(h, seg, b):]
	}
}

// step gives how many bytes were consumed, which may be none when the state changed.
func (p *parser) step(h *half, seg *proto.Segment, b []byte) int {
	switch h.state {
	case atStart:
		return p.start(h, seg, b)
	case inHead:
		return p.head(h, seg, b)
	case inFixed:
		return p.fixed(h, seg, b)
	case inChunked:
		return p.chunked(h, seg, b)
	case inLostChunks:
		return p.lostChunks(h, seg, b)
	case untilClose:
		p.untilClose(h, seg, b)
	case over:
		if p.next != nil {
			p.pass(h, seg, b)
			return len(b)
		}
	}
	p.take(h, seg, len(b))
	return len(b)
}

// nextMessage notes that the tap's next message begins in this direction: where
// an end was not known, this may be it.
func (p *parser) nextMessage(h *half, ordinal uint32) {
	h.started, h.ordinal = true, ordinal
	h.index, h.fed, h.gapped, h.told = 0, 0, false, false
	switch {
	case h.state == inHead && h.guess && !h.begun: // what came was none
		if m := h.message(); m != nil {
			m.Wire += int64(len(h.buf))
		}
		p.drop(h)
	case h.dir == proto.ToServer && h.state == untilNext,
		h.dir == proto.ToServer && h.state == inLostChunks && h.x == nil:
	case h.dir == proto.ToClient && h.body() && h.x == nil:
	case h.dir == proto.ToClient && h.endsByNext() && p.queue.len() > 1:
		p.finish(h.x)
	default:
		return
	}
	h.enter(atStart)
	h.guess = true
}

// endsByNext tells whether the message under way has no end of its own that we could see.
func (h *half) endsByNext() bool { return h.state == untilNext || h.state == inLostChunks }

// take gives n bytes to the exchange under way, or counts their message as lost.
func (p *parser) take(h *half, seg *proto.Segment, n int) {
	if m := h.message(); m != nil {
		m.Take(seg, n)
		return
	}
	p.lose(h, seg, h.why)
}

// lose tells the sink once per message of the tap's.
func (p *parser) lose(h *half, seg *proto.Segment, why proto.Lost) {
	if !h.told {
		h.told = true
		p.sink.Lost(seg.Message, why)
	}
}

// Wants implements proto.Parser.
func (p *parser) Wants(dir proto.Dir) proto.Want {
	h := &p.halves[dir]
	switch {
	case p.dead && p.next != nil:
		return p.next.Wants(dir)
	case p.dead:
		return proto.Nothing
	case p.pipelined:
		return proto.All
	case h.wantsRest():
		return proto.Rest
	}
	return proto.Heads
}

// surrender ends the parser's interest in the connection.
func (p *parser) surrender(why proto.Lost) {
	p.fail(proto.NotObserved)
	p.leave(why)
}

// leave ends HTTP on the connection.
func (p *parser) leave(why proto.Lost) {
	p.dead = true
	for i := range p.halves {
		h := &p.halves[i]
		p.drop(h)
		h.disown(why)
		h.enter(over)
	}
}
