//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// stream is what the engine knows of an exchange that may last for days. Its span is
// built when it is over, or, if that takes longer than Config.StreamReport, before:
// then others may follow, each below the first one, about what has passed since.
type stream struct {
	slot  int   // its place in Engine.streams
	due   int64 // when it is told of next, boot ns
	asked int64 // when it first should have been, and had to wait; 0: never
	// told is how far it was told of, event time, in so many spans.
	told  int64
	parts int64
	over  bool
}

// Streams implements proto.Sink.
func (s *session) Streams(x *proto.Exchange) {
	e, st := s.e, x.Stage.(*stage)
	if st.stream != nil {
		return
	}
	st.stream = &stream{slot: len(e.streams), due: e.clock.Now() + int64(e.cfg.StreamReport)}
	e.streams = append(e.streams, x)
}

// tendStreams tells of the streams that have been open for long, and keeps what they hold small.
//
// Those that stand on a client's span come after the others, among which that client's is.
func (e *Engine) tendStreams(now int64) {
	for _, below := range [...]bool{false, true} {
		for _, x := range e.streams {
			st := x.Stage.(*stage)
			if e.cfg.StreamReport > 0 && now >= st.stream.due && (st.parent != nil) == below {
				e.report(x, st, now)
			}
		}
	}
	for _, x := range e.streams {
		st := x.Stage.(*stage)
		if len(x.Request.Accounts)+len(x.Response.Accounts) > maxStreamAccounts {
			e.lighten(x, e.outlook(x, st))
		}
	}
}

// streamPatience is how long, in nanoseconds, a report waits for what its span needs:
// it is tried again once in a sweep.
const streamPatience = int64(3e9)

// maxStreamAccounts is how many messages of the tap's a stream may hold before it has to
// be said what becomes of them.
const maxStreamAccounts = 32

// outlook is what becomes of a stream as things stand.
func (e *Engine) outlook(x *proto.Exchange, st *stage) ledger.Reason {
	switch {
	case st.refused:
		return ledger.Inflight
	case st.session.choose(false) == selection.Unselected:
		return ledger.Unselected
	case !st.keep():
		return ledger.NotSampled
	}
	return e.unwanted(x)
}

// lighten ends the accounts that the exchange holds.
func (e *Engine) lighten(x *proto.Exchange, why ledger.Reason) {
	for _, m := range [...]*proto.Message{&x.Request, &x.Response} {
		resolve(m, why)
		clear(m.Accounts)
		m.Accounts = m.Accounts[:0]
	}
}

// report builds a span of a stream that is open, if something has passed since the last one.
func (e *Engine) report(x *proto.Exchange, st *stage, now int64) {
	t := st.stream
	newest := max(x.Request.Last, x.Response.Last)
	if newest <= t.told {
		t.due = now + int64(e.cfg.StreamReport)
		return
	}
	if t.asked == 0 {
		t.asked = now
	}
	if e.early(x) && now < t.asked+streamPatience {
		return
	}
	t.asked, t.due = 0, now+int64(e.cfg.StreamReport)
	if e.judge(x, st) != ledger.Used {
		return
	}
	before := st.timing
	st.timing.end(st.session, x)
	e.emit(x, st)
	st.timing = before
	t.told = newest
	t.parts++
	e.lighten(x, ledger.Used)
	if st.call != nil { // who waits for this span need wait no more
		e.correlate.Settle(st.call, correlate.Emitted)
		st.call = nil
	}
	if st.parent != nil {
		e.correlate.ReleaseCall(st.parent)
		st.parent = nil
	}
}

// endStream notes that the exchange is over.
func (e *Engine) endStream(st *stage) {
	t := st.stream
	if t == nil {
		return
	}
	t.over = true
	last := len(e.streams) - 1
	moved := e.streams[last]
	e.streams[t.slot], e.streams[last] = moved, nil
	moved.Stage.(*stage).stream.slot = t.slot
	e.streams = e.streams[:last]
}

// describeStream says which of several spans about a stream this one is.
func (e *Engine) describeStream(in *span.Input, st *stage) {
	t := st.stream
	if t == nil {
		return
	}
	if !t.over {
		in.Extra.Bool(span.StreamOpen, true)
	}
	if t.parts > 0 {
		in.Identity, in.Links = e.correlate.Part(&st.places[in.Side]), nil
		in.Part, in.Since = true, t.told
		in.Extra.Int(span.StreamPart, t.parts)
	}
}
