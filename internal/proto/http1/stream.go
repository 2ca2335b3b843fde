package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/proto/websocket"
)

// stream is an exchange that goes on, behind its response's head, as something else than
// HTTP. Its parser keeps it true, and its exchange tells of it.
type stream struct {
	p *parser
	x *exchange // nil once it is done
	// traffic is what was carried so far.
	traffic httpwords.Traffic
	// ended are the directions that have.
	ended [2]bool
	// closed is true once a Close frame was seen, with this code, in this direction.
	closed bool
	closer proto.Dir
	code   websocket.Code
}

// unknown is what of a stream's traffic nobody counts.
const unknown = -1

// end notes that a direction has ended, its last byte having passed at time last, and tells
// whether the stream has.
func (s *stream) end(dir proto.Dir, last int64) bool {
	if s.x == nil {
		return false
	}
	m := s.x.message(dir)
	m.Last = max(m.Last, last)
	s.ended[dir] = true
	return s.ended[dir.Flip()]
}

// pass counts n bytes, the last of them at time at, that are on nobody's account.
func (s *stream) pass(dir proto.Dir, at, n int64) {
	if s.x == nil {
		return
	}
	m := s.x.message(dir)
	m.Wire += n
	m.Last = at
}

// finish hands the exchange to the sink, and ends the parser's interest in the connection. The stream
// lasted until the last byte of either direction.
func (s *stream) finish(fault proto.Fault) {
	x := s.x
	s.x = nil
	x.Response.Whole = fault == proto.NoFault
	x.Response.Last = max(x.Response.Last, x.Request.Last)
	s.p.next = nil
	s.p.part(x, fault)
}

// fault is what the end of the connection means to a stream that may end with it.
func (s *stream) fault(how proto.Ending) proto.Fault {
	if f := s.p.fault(how); f != proto.ConnectionClosed {
		return f
	}
	return proto.NoFault
}
