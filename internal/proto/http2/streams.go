package http2

import (
	"cmp"
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// mostStream is the highest number that a stream may have.
const mostStream = 1<<31 - 1

// streams holds the exchanges that are not over, by stream.
type streams struct {
	list []*exchange
	// held is the size of the text in them.
	held int
	// doubtful is how many of them may be over, for all that is known.
	doubtful int
}

// index is where the exchange of a stream is, or belongs. The newest is asked for most.
func (s *streams) index(id uint32) (int, bool) {
	n := len(s.list)
	if n == 0 || s.list[n-1].id < id {
		return n, false
	}
	if s.list[n-1].id == id {
		return n - 1, true
	}
	return slices.BinarySearchFunc(s.list, id, func(x *exchange, id uint32) int { return cmp.Compare(x.id, id) })
}

// find is the exchange of a stream; nil if there is none.
func (s *streams) find(id uint32) *exchange {
	if i, found := s.index(id); found {
		return s.list[i]
	}
	return nil
}

func (s *streams) insert(x *exchange) {
	i, _ := s.index(x.id)
	s.list = slices.Insert(s.list, i, x)
	x.size = x.held()
	s.held += x.size
}

func (s *streams) remove(x *exchange) {
	i, found := s.index(x.id)
	if !found || s.list[i] != x {
		return
	}
	s.list = slices.Delete(s.list, i, i+1)
	s.held -= x.size
	s.trust(x)
}

// trust notes that a response is still under way.
func (s *streams) trust(x *exchange) {
	if x.doubtful {
		x.doubtful = false
		s.doubtful--
	}
}

// doubt notes that a response may have ended unseen.
func (s *streams) doubt(x *exchange, now int) {
	if !x.doubtful {
		x.doubtful = true
		s.doubtful++
	}
	x.since = now
}

// ends notes that a half of the stream has ended.
func (p *parser) ends(x *exchange, dir proto.Dir) {
	x.message(dir).Whole = true
	p.endCall(x, dir)
	if !x.response().Whole || !x.Request.Whole && !x.lossy {
		return
	}
	p.done(x, proto.NoFault)
}

// done hands an exchange to the sink.
func (p *parser) done(x *exchange, fault proto.Fault) {
	p.announce(x)
	p.open.remove(x)
	for dir := range p.halves {
		h := &p.halves[dir]
		if h.x == x {
			h.disown(proto.LostOpaque)
		}
		if k := &h.block; k.x == x {
			k.x, k.why = nil, proto.LostOpaque
		}
	}
	if x.socket.over() {
		fault, x.cancelled = proto.NoFault, false
	}
	if fault == proto.NoFault && x.blind {
		fault = proto.NotObserved // its head was not
	}
	if !x.Request.Whole && x.lossy && x.response().Whole {
		x.Request.Whole = true // its end was not seen, but it was answered
	}
	if !x.Request.Whole {
		x.Request.Body = -1
	}
	if x.handed != nil {
		handed := x.handed
		x.Release()
		handed.Done(fault)
		return
	}
	x.Fault = fault
	p.stopCall(x, fault)
	x.markStream()
	p.sink.Done(&x.Exchange)
}

// announce tells the sink of an exchange, if it does not know of it.
func (p *parser) announce(x *exchange) {
	if x.opened || x.handed != nil {
		return
	}
	x.opened = true
	p.sink.Open(&x.Exchange)
}

// tellStream tells the sink, once, that the exchange is a stream.
func (p *parser) tellStream(x *exchange) {
	if x.told || x.handed != nil {
		return
	}
	x.told = true
	x.Mark |= proto.MarkStream
	p.sink.Streams(&x.Exchange)
}

// fail ends every exchange that is open.
func (p *parser) fail(fault proto.Fault) {
	for len(p.open.list) > 0 {
		x := p.open.list[len(p.open.list)-1]
		switch {
		case x.response().Whole:
			p.done(x, proto.NoFault)
		case x.doubtful:
			p.done(x, proto.NotObserved)
		default:
			p.done(x, fault)
		}
	}
}
