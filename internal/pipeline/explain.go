//go:build linux && (amd64 || arm64)

package pipeline

import (
	"container/list"
	"context"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/explain"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

const (
	// maxLiveRows is how many live connections a snapshot lists, the newest ones.
	maxLiveRows = 1024
	// maxEndedRows is how many ended connections are remembered of each kind, with
	// spans and without: what works well does not push out what does not.
	maxEndedRows = 512
	// maxAsks is how many snapshots may be waited for at once.
	maxAsks = 8
	// answerInterval is how long, in nanoseconds, there is between two snapshots at
	// least, so that nobody keeps the pipeline busy by asking.
	answerInterval = int64(100 * time.Millisecond)
)

// explainer remembers connections for those who ask why there is no span. It
// belongs to the pipeline's goroutine, except where a comment says otherwise. All of its methods may be
// called on nil: nothing is remembered then.
type explainer struct {
	e *Engine
	// live has the newest row first; the other two, what ended last.
	live, endedWith, endedWithout *list.List
	answered                      int64

	opened, withSpans uint64
	// without counts the connections without spans, by reason; pending is one of them.
	without   [pending + 1]uint64
	forgotten uint64

	// asks is filled from any goroutine. At the end of the run final is set, then
	// over closed.
	asks  chan chan<- *explain.Snapshot
	over  chan struct{}
	final *explain.Snapshot
}

func newExplainer(e *Engine) *explainer {
	return &explainer{
		e: e, live: list.New(), endedWith: list.New(), endedWithout: list.New(),
		asks: make(chan chan<- *explain.Snapshot, maxAsks), over: make(chan struct{}),
	}
}

// Explain gives what is known of the connections, by the end of ctx; from any goroutine.
// While the pipeline runs its goroutine answers: under load within a tenth of a second, on an
// idle host within one. After Run it answers at once with the last state.
func (e *Engine) Explain(ctx context.Context) (*explain.Snapshot, error) {
	x := e.explain
	if x == nil {
		return nil, explain.ErrOff
	}
	ask := make(chan *explain.Snapshot, 1)
	select {
	case x.asks <- ask:
	case <-x.over:
		return x.final, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case s := <-ask:
		return s, nil
	case <-x.over:
		return x.final, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// answer gives those who ask a snapshot, all the same one.
func (x *explainer) answer(now int64) {
	if x == nil || len(x.asks) == 0 || now-x.answered < answerInterval {
		return
	}
	x.answered = now
	s := x.snapshot()
	for n := len(x.asks); n > 0; n-- {
		ask := <-x.asks
		ask <- s
	}
}

// end leaves the last state for those who ask after the run.
func (x *explainer) end() {
	if x == nil {
		return
	}
	x.final = x.snapshot()
	close(x.over)
}

// open begins to remember a connection.
func (x *explainer) open(s *session, f *flow.Flow) *row {
	if x == nil {
		return nil
	}
	x.opened++
	x.without[pending]++
	r := &row{x: x, session: s, udp: f.Transport == event.UDP, first: x.e.newest, last: x.e.newest, reason: pending}
	r.home(x.live)
	return r
}

// snapshot lists the connections and what is counted of them.
func (x *explainer) snapshot() *explain.Snapshot {
	listed := min(x.live.Len(), maxLiveRows)
	s := &explain.Snapshot{
		Time:        time.Unix(0, int64(x.e.clock.Unix(x.e.clock.Now()))),
		Opened:      x.opened,
		WithSpans:   x.withSpans,
		Unlisted:    uint64(x.live.Len() - listed),
		Forgotten:   x.forgotten,
		Connections: make([]explain.Connection, 0, listed+x.endedWith.Len()+x.endedWithout.Len()),
	}
	for r, n := range x.without {
		if n > 0 {
			s.Without = append(s.Without, explain.Count{What: string(reasonName(ledger.Reason(r))), N: n})
		}
	}
	for at := x.live.Front(); at != nil && len(s.Connections) < listed; at = at.Next() {
		s.Connections = append(s.Connections, at.Value.(*row).connection())
	}
	for _, ended := range [...]*list.List{x.endedWith, x.endedWithout} {
		for at := ended.Front(); at != nil; at = at.Next() {
			s.Connections = append(s.Connections, at.Value.(*row).connection())
		}
	}
	return s
}

// forget keeps the list of ended connections within its bound.
func (x *explainer) forget(ended *list.List) {
	for ended.Len() > maxEndedRows {
		last := ended.Back()
		last.Value.(*row).in = nil
		ended.Remove(last)
		x.forgotten++
	}
}
