package dns

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// parser is what datagrams and streams have in common: the exchanges that wait,
// and what a message's head does to them.
type parser struct {
	waiting
	transport event.Transport
	order     [2]order
}

// order numbers the messages of ours that begin in one message of the tap.
type order struct {
	ordinal, next uint32
}

// start is where and when a message began.
type start struct {
	at     int64
	origin proto.Origin
	index  uint32
}

func (p *parser) start(dir proto.Dir, seg *proto.Segment) start {
	o := &p.order[dir]
	if o.ordinal != seg.Origin.Ordinal {
		*o = order{ordinal: seg.Origin.Ordinal}
	}
	o.next++
	return start{seg.At, seg.Origin, o.next - 1}
}

// take accounts for the first n bytes of a message, the last of them in seg.
func (s *start) take(m *proto.Message, seg *proto.Segment, n int) {
	if !m.Seen {
		m.Seen, m.First, m.Origin, m.Index = true, s.at, s.origin, s.index
	}
	m.Take(seg, n)
}

// head takes a message's head, n bytes of it having come, and gives the exchange
// that it belongs to; nil if there is none.
func (p *parser) head(dir proto.Dir, h *head, seg *proto.Segment, n int, s start) *exchange {
	if dir == proto.ToServer {
		return p.query(h, seg, n, s)
	}
	x := p.match(h)
	if x == nil {
		p.sink.Lost(seg.Message, proto.LostNoRequest)
		return nil
	}
	x.rcode = h.rcode()
	s.take(&x.Response, seg, n)
	return x
}

func (p *parser) query(h *head, seg *proto.Segment, n int, s start) *exchange {
	if p.full() {
		p.sink.Lost(seg.Message, proto.LostCap)
		return nil
	}
	x := p.home.open(p.transport, h)
	s.take(&x.Request, seg, n)
	p.add(x, h)
	p.sink.Open(&x.Exchange)
	return x
}

// directed tells whether a message travels as such messages do.
func directed(dir proto.Dir, h *head) bool { return h.response() == (dir == proto.ToClient) }
