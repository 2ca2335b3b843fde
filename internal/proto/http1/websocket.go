package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/proto/websocket"
)

// webSocket follows a connection that has become one.
type webSocket struct {
	stream
	frames [2]websocket.Walker
}

func newWebSocket(p *parser, x *exchange, whole [2]bool) *webSocket {
	w := &webSocket{stream: stream{p: p, x: x}}
	w.traffic.Bytes = [2]int64{unknown, unknown}
	for dir := range w.frames {
		if !whole[dir] {
			w.frames[dir].Lose()
			w.traffic.Messages[dir] = unknown
		}
	}
	x.Stream, x.stream = httpwords.WebSocket, &w.stream
	return w
}

// Feed implements proto.Parser.
func (w *webSocket) Feed(dir proto.Dir, seg *proto.Segment) {
	b := seg.Bytes
	for len(b) > 0 && w.x != nil {
		n := w.frames[dir].Feed(b)
		w.x.message(dir).Take(seg, n)
		b = b[n:]
		w.note(dir)
	}
	if len(b) > 0 {
		w.p.lose(&w.p.halves[dir], seg, proto.LostOpaque)
	}
}

// Gap implements proto.Parser.
func (w *webSocket) Gap(dir proto.Dir, at, n int64) {
	w.pass(dir, at, n)
	w.frames[dir].Skip(n)
	w.note(dir)
}

// note brings what the exchange tells up to date, and ends it when both sides have said
// that they are done (https://www.rfc-editor.org/rfc/rfc6455#section-1.4).
func (w *webSocket) note(dir proto.Dir) {
	f := &w.frames[dir]
	if w.traffic.Messages[dir] = f.Messages; !f.Known() {
		w.traffic.Messages[dir] = unknown
	}
	if !f.Closed() || w.x == nil {
		return
	}
	if !w.closed {
		w.closed, w.closer, w.code = true, dir, f.Code()
	}
	if w.frames[dir.Flip()].Closed() {
		w.finish(proto.NoFault)
	}
}

// Close implements proto.Parser. Once one side has said that it is done, it is no matter how the
// connection ends; a connection that ends before was torn (code 1006,
// https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5), unless a Close frame may have passed unseen.
func (w *webSocket) Close(dir proto.Dir, last int64, how proto.Ending) {
	if !w.end(dir, last) {
		return
	}
	switch fault := w.p.fault(how); {
	case w.closed:
		w.finish(proto.NoFault)
	case fault == proto.ConnectionClosed && !(w.frames[0].Known() && w.frames[1].Known()):
		w.finish(proto.NoFault)
	default:
		w.finish(fault)
	}
}

// Wants implements proto.Parser. Servers push one frame after the other, and the start of such a
// run is not enough to count them: every packet matters. Of a long frame's payload what
// is not copied loses nothing. A direction in which frames were missed is counted no more.
func (w *webSocket) Wants(dir proto.Dir) proto.Want {
	if f := &w.frames[dir]; f.Known() && !f.Closed() {
		return proto.All
	}
	return proto.Totals
}

// failure is the error.type of a code that tells of one, as seen from one side: a server's failure
// is an error at both ends, a client's at its own.
func (s *stream) failure(side proto.Side) string {
	if !s.closed {
		return ""
	}
	culprit := s.closer // the direction in which it sends
	switch s.code.Blame() {
	case websocket.Nobody:
		return ""
	case websocket.Receiver:
		culprit = culprit.Flip()
	}
	if culprit == proto.ToServer && side == proto.Server {
		return ""
	}
	return "websocket_close_" + s.p.owner.words.Decimal(int(s.code))
}
