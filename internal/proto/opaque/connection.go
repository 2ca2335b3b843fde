package opaque

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// patience is how long, in nanoseconds, the client may stay silent after a greeting before the
// exchange opens without it.
const patience = int64(time.Second)

// connection makes one exchange of a connection.
type connection struct {
	conn
	x      *exchange // nil before the first byte, and after the last one
	opened bool
}

// Feed implements proto.Parser.
func (p *connection) Feed(dir proto.Dir, seg *proto.Segment) {
	if len(seg.Bytes) == 0 {
		return
	}
	m := p.half(dir)
	fresh := p.begins(dir, seg)
	if fresh && dir == proto.ToServer {
		p.x.turns++
	}
	m.Seen = m.Seen || p.opened && dir == proto.ToServer // it keeps the beginning that it was given
	m.Take(seg, len(seg.Bytes))
	p.read(dir, seg, fresh, p.x)
	p.open(dir, seg.At)
}

// half is the half that travels in a direction.
func (p *connection) half(dir proto.Dir) *proto.Message {
	if p.x == nil {
		p.x = p.owner.newExchange(Connection)
	}
	return p.x.half(dir)
}

// open tells the sink of the exchange once the client has spoken, or will not.
func (p *connection) open(dir proto.Dir, at int64) {
	if p.opened || dir == proto.ToClient && at-p.x.Response.First < patience {
		return
	}
	p.announce()
}

func (p *connection) announce() {
	if p.opened {
		return
	}
	p.opened = true
	x := p.x
	if !x.Request.Seen {
		x.Request.First, x.Request.Origin = x.Response.First, x.Response.Origin
	}
	p.sink.Open(&x.Exchange)
	p.sink.Streams(&x.Exchange)
}

// Gap implements proto.Parser.
func (p *connection) Gap(dir proto.Dir, at, n int64) {
	if n <= 0 {
		return
	}
	miss(p.half(dir), at, n)
	p.skip(dir, n, p.x)
	p.open(dir, at)
}

// Close implements proto.Parser.
func (p *connection) Close(dir proto.Dir, last int64, how proto.Ending) {
	if p.x != nil {
		p.x.counted = p.reader != nil
		until(p.x.half(dir), last)
	}
	if !p.close(dir, how, p.x) || p.x == nil {
		return
	}
	fault := proto.NoFault
	if p.reset {
		fault = proto.ConnectionReset
	}
	p.done(fault)
}

// done hands the exchange over.
func (p *connection) done(fault proto.Fault) {
	p.announce()
	x := p.x
	p.x, x.Fault = nil, fault
	p.sink.Done(&x.Exchange)
}

// Void implements proto.Provisional.
func (p *connection) Void() {
	if p.reader != nil {
		p.stop()
	}
	if p.x != nil {
		p.done(proto.Void)
	}
}

// Wants implements proto.Parser.
func (p *connection) Wants(proto.Dir) proto.Want { return p.wants(proto.Totals) }
