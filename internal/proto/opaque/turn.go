package opaque

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// turns makes one exchange of each turn.
type turns struct {
	conn
	x    *exchange // the turn under way, if any
	bye  farewell  // what may be none
	told bool      // the sink knows that the server's message is lost
}

// Feed implements proto.Parser.
func (p *turns) Feed(dir proto.Dir, seg *proto.Segment) {
	if len(seg.Bytes) == 0 {
		return
	}
	fresh := p.begins(dir, seg)
	if dir == proto.ToServer && p.bye.answered() {
		p.bye = farewell{}
	}
	switch {
	case p.mayLeave(dir):
		p.leave(dir, seg)
	case dir == proto.ToServer:
		p.request(seg, fresh)
	default:
		p.response(seg, fresh)
	}
}

// mayLeave tells whether what comes may be a farewell.
func (p *turns) mayLeave(dir proto.Dir) bool {
	if p.bye.waits {
		return true
	}
	return dir == proto.ToServer && p.opens() && p.reader == nil && p.facts != nil && p.facts.Established == tlshello.Yes
}

// leave holds a segment back, or what was held back no longer.
func (p *turns) leave(dir proto.Dir, seg *proto.Segment) {
	p.done(proto.NoFault)
	p.bye.waits = true
	p.bye.add(dir, seg)
	if !p.bye.plausible(p.facts) {
		p.stay()
		return
	}
	if p.bye.complete(dir, p.facts) {
		p.sink.Lost(seg.Message, proto.LostControl)
	}
}

// stay makes a turn of what was held back.
func (p *turns) stay() {
	p.x = p.next()
	p.bye.take(p.x)
	p.bye = farewell{}
	p.sink.Open(&p.x.Exchange)
}

// opens tells whether the client begins another turn with what it says.
func (p *turns) opens() bool { return p.x == nil || p.x.Response.Seen }

// request takes what the client says.
func (p *turns) request(seg *proto.Segment, fresh bool) {
	opens := p.opens()
	if opens {
		p.done(proto.NoFault)
		p.x = p.next()
	}
	x := p.x
	x.Request.Take(seg, len(seg.Bytes))
	if p.reader != nil {
		before := p.handshaking
		p.read(proto.ToServer, seg, fresh, x)
		if p.handshaking != before { // the hello has come, or data of the application
			x.handshake = p.handshaking
		}
	}
	if opens {
		p.sink.Open(&x.Exchange)
	}
}

// next is an exchange for another turn.
func (p *turns) next() *exchange {
	x := p.owner.newExchange(Turn)
	switch {
	case p.reader != nil:
		x.know(p.reader.Facts())
		x.handshake = p.handshaking
	case p.facts != nil:
		x.know(p.facts)
	}
	x.facts.Alerted = false // whatever was wrong was so before
	return x
}

// response takes what the server says.
func (p *turns) response(seg *proto.Segment, fresh bool) {
	x := p.x
	if x != nil {
		x.Request.Whole = true
		x.Response.Take(seg, len(seg.Bytes))
	} else if fresh || !p.told {
		p.told = true
		p.sink.Lost(seg.Message, proto.LostNoRequest)
	}
	p.read(proto.ToClient, seg, fresh, x)
}

// Gap implements proto.Parser. What is missing of the client's before anything of a turn came
// belongs to none.
func (p *turns) Gap(dir proto.Dir, at, n int64) {
	if n <= 0 {
		return
	}
	if p.bye.waits {
		if p.bye.pass(dir, at, n, p.facts) {
			return
		}
		p.stay()
	}
	if x := p.x; x != nil && dir == proto.ToServer && x.Response.Seen {
		p.done(proto.NoFault)
	} else if x != nil {
		x.Request.Whole = dir == proto.ToClient
		miss(x.half(dir), at, n)
	}
	p.skip(dir, n, p.x)
}

var _ proto.Skipper = (*turns)(nil)

// Skip implements proto.Skipper. What is left out may be part of the handshake.
func (p *turns) Skip() bool {
	if p.bye.waits {
		p.stay()
	}
	if p.reader != nil {
		p.stop()
	}
	fault := proto.NoFault
	if p.x != nil && !p.x.Response.Seen {
		fault = proto.NotObserved
	}
	p.done(fault)
	p.told = false
	return true
}

// Close implements proto.Parser.
func (p *turns) Close(dir proto.Dir, last int64, how proto.Ending) {
	if p.x != nil {
		until(p.x.half(dir), last)
	}
	if !p.close(dir, how, p.x) || p.x == nil {
		return
	}
	fault := proto.NoFault
	switch {
	case p.x.Response.Seen:
	case p.reset:
		fault = proto.ConnectionReset
	case how == proto.Expired:
		fault = proto.NotObserved
	}
	p.done(fault)
}

// done hands over the turn under way, if any.
func (p *turns) done(fault proto.Fault) {
	x := p.x
	if x == nil {
		return
	}
	p.x, x.Fault = nil, fault
	x.Request.Whole, x.Response.Whole = true, x.Response.Seen
	p.sink.Done(&x.Exchange)
}

// Void implements proto.Provisional. Turns that are done stay so.
func (p *turns) Void() {
	if p.reader != nil {
		p.stop()
	}
	p.done(proto.Void)
}

// Wants implements proto.Parser.
func (p *turns) Wants(proto.Dir) proto.Want { return p.wants(proto.Turns) }
