package dns

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// datagrams is the parser of one socket and one peer: each Feed is a message.
//
// An exchange whose response ends in the middle of a record stays in passing
// until the next call, which tells whether the capture cut it (Gap) or the
// sender wrote it so.
type datagrams struct {
	parser
	// fed: the call before this one was Feed in direction last.
	fed  bool
	last proto.Dir
}

func newDatagrams(home *protocol, sink proto.Sink) *datagrams {
	p := &datagrams{}
	p.transport = event.UDP
	p.init(home, sink)
	return p
}

// Feed implements proto.Parser.
func (p *datagrams) Feed(dir proto.Dir, seg *proto.Segment) {
	p.settle()
	p.expire(seg.At)
	p.fed, p.last = true, dir
	var room [nameRoom]byte
	h, err := readHead(seg.Bytes, room[:])
	if err != nil || !directed(dir, &h) {
		p.sink.Lost(seg.Message, proto.LostSyntax)
		return
	}
	x := p.head(dir, &h, seg, len(seg.Bytes), p.start(dir, seg))
	if x == nil {
		return
	}
	x.half(dir).Whole = true
	if dir == proto.ToClient && x.readAnswers(seg.Bytes, &h.outline) {
		p.done(x, proto.NoFault)
		return
	}
	p.passing[dir] = x
}

// settle ends what waited for word of a cut.
func (p *datagrams) settle() {
	p.fed = false
	if x := p.passing[proto.ToClient]; x != nil {
		p.done(x, proto.NoFault)
	}
	p.passing = [2]*exchange{}
}

// Gap implements proto.Parser: the end of the last datagram was not captured,
// or, when there was none, whole datagrams were not.
func (p *datagrams) Gap(dir proto.Dir, at, n int64) {
	if x := p.passing[dir]; x != nil {
		half := x.half(dir)
		half.Truncated, half.Last = true, at
		half.Wire += n
	} else if dir == proto.ToClient && !(p.fed && p.last == dir) {
		p.hole()
	}
	p.settle()
	p.expire(at)
}

// Close implements proto.Parser.
func (p *datagrams) Close(dir proto.Dir, last int64, how proto.Ending) {
	p.settle()
	p.expire(last)
	if dir == proto.ToClient || how != proto.FIN {
		p.end(how)
	}
}

// Wants implements proto.Parser.
func (*datagrams) Wants(proto.Dir) proto.Want { return proto.Heads }
