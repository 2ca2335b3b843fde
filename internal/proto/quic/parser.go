package quic

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// parser follows one connection.
type parser struct {
	owner *protocol
	sink  proto.Sink
	x     *exchange  // nil before the first datagram, and after the last one
	hand  *handshake // nil once it is over
	ended [2]bool
	// fed: the call before this one was Feed in direction last.
	fed  bool
	last proto.Dir
}

// Feed implements proto.Parser.
func (p *parser) Feed(dir proto.Dir, seg *proto.Segment) {
	if p.x == nil {
		if dir == proto.ToClient {
			p.sink.Lost(seg.Message, proto.LostNoRequest)
			return
		}
		p.x = p.owner.newExchange()
	}
	x := p.x
	opens := !x.Request.Seen
	x.half(dir).Take(seg, len(seg.Bytes))
	x.datagrams[dir]++
	p.fed, p.last = true, dir
	p.look(dir, seg.Bytes)
	if opens {
		p.sink.Open(&x.Exchange)
		p.sink.Streams(&x.Exchange)
	}
}

// look reads what a datagram says of the handshake.
func (p *parser) look(dir proto.Dir, b []byte) {
	s := p.hand
	if s == nil {
		return
	}
	s.x = p.x
	s.datagram(dir, b)
	if s.over() {
		p.x.establish()
		p.hand = nil
	}
}

// Gap implements proto.Parser: the rest of the datagram before it, or else whole ones.
func (p *parser) Gap(dir proto.Dir, at, n int64) {
	x := p.x
	if x == nil || n <= 0 {
		return
	}
	m := x.half(dir)
	if !m.Seen {
		m.Seen, m.First = true, at
	}
	m.Wire += n
	m.Last = max(m.Last, at)
	if !p.fed || p.last != dir {
		x.holed = true
	}
	p.fed = false
}

// Close implements proto.Parser.
func (p *parser) Close(dir proto.Dir, last int64, how proto.Ending) {
	x := p.x
	if p.ended[dir] || x == nil {
		return
	}
	p.ended[dir] = true
	if m := x.half(dir); m.Seen {
		m.Last = max(m.Last, last)
	}
	if !p.ended[dir.Flip()] {
		return
	}
	if f := &x.facts; f.Established == tlshello.Unknown && f.Client && !x.holed && how != proto.Expired {
		f.Established = tlshello.No
	}
	p.x, p.hand = nil, nil
	p.sink.Done(&x.Exchange)
}

// Wants implements proto.Parser.
func (*parser) Wants(proto.Dir) proto.Want { return proto.Turns }
