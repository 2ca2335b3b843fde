//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// waiting is a finished exchange whose process is not known yet (on loopback
// the whole exchange may pass before the client's thread is back from its send), or
// whose client span is not over.
type waiting struct {
	exchange *proto.Exchange
	since    int64
}

// How long, in nanoseconds, an exchange waits: for its owner, and for its
// client, whose end of the exchange is over within microseconds unless its
// records were lost.
const (
	ownerWait  = int64(50e6)
	parentWait = int64(500e6)
)

func (e *Engine) wait(x *proto.Exchange) {
	e.waiting = append(e.waiting, waiting{exchange: x, since: e.clock.Now()})
}

// settleWaiting ends the exchanges that wait for nothing any more, or have
// waited long enough, or all.
func (e *Engine) settleWaiting(all bool) {
	if len(e.waiting) == 0 {
		return
	}
	if all { // a server may wait for a client that waits for its owner
		e.settleSome(func(w *waiting) bool { return w.stage().parent == nil })
	}
	now := e.clock.Now()
	e.settleSome(func(w *waiting) bool {
		return all || !e.early(w.exchange) || now-w.since > w.patience()
	})
}

// settleSome ends the waiting exchanges that are due.
func (e *Engine) settleSome(due func(*waiting) bool) {
	kept := e.waiting[:0]
	for _, w := range e.waiting {
		if due(&w) {
			e.settle(w.exchange)
			continue
		}
		kept = append(kept, w)
	}
	clear(e.waiting[len(kept):])
	e.waiting = kept
}

func (w *waiting) stage() *stage { return w.exchange.Stage.(*stage) }

// patience is how long the exchange may wait.
func (w *waiting) patience() int64 {
	if w.stage().session.wire {
		return wireWait
	}
	if p := w.stage().parent; p != nil && p.Fate() == correlate.Pending {
		return parentWait
	}
	return ownerWait
}
