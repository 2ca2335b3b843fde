//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// flowSink is the engine as the flow table calls it.
type flowSink Engine

var _ flow.Sink = (*flowSink)(nil)

func (k *flowSink) engine() *Engine { return (*Engine)(k) }

// session is what the engine hung on the flow; made at its first segment.
func (k *flowSink) session(f *flow.Flow) *session {
	if s, ok := f.Session.(*session); ok {
		return s
	}
	s := newSession(k.engine(), f)
	f.Session = s
	return s
}

// Segment implements flow.Sink.
func (k *flowSink) Segment(f *flow.Flow, seg *flow.Segment) { k.session(f).take(seg) }

// Gap implements flow.Sink.
func (k *flowSink) Gap(f *flow.Flow, d event.Dir, at, n int64) { k.session(f).gap(d, at, n) }

// End implements flow.Sink.
func (k *flowSink) End(f *flow.Flow, d event.Dir, last int64, how flow.Ending) {
	if s, ok := f.Session.(*session); ok {
		s.end(d, last, endings[how])
	}
	if how == flow.Gone && f.Transport == event.UDP {
		delete(k.udp, f.Cookie) // the socket is closed
	}
}

var endings = [...]proto.Ending{
	flow.FIN: proto.FIN, flow.RST: proto.RST, flow.Gone: proto.Gone, flow.Expired: proto.Expired,
	flow.Idle: proto.Idle,
}

// Gone implements flow.Sink.
func (k *flowSink) Gone(f *flow.Flow) {
	e := k.engine()
	s, ok := f.Session.(*session)
	if ok {
		s.gone()
	}
	if e.sweeps || ok && s.ordered {
		e.src.Forget(f.Cookie)
	}
}
