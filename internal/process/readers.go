package process

import (
	"sync/atomic"
	"time"
)

// maxStuck is how many look-ups may hang before no more are begun.
const maxStuck = 32

// outcome is what a look-up found.
type outcome struct {
	facts facts
	err   error
}

// readers run look-ups beside the pipeline, because reading /proc can hang:
// cmdline and environ take the target's mmap lock, which a page fault on a dead
// network file system holds for as long as that is dead. A look-up that hangs
// costs a goroutine until the kernel lets it go.
type readers struct{ running atomic.Int32 }

// run waits for look at most d. When that passes it gives the channel on
// which the outcome will come; none if too many hang already.
func (r *readers) run(look func() outcome, d time.Duration) (out outcome, late chan outcome, ok bool) {
	if r.running.Load() >= maxStuck {
		return outcome{}, nil, false
	}
	done := make(chan outcome, 1)
	r.running.Add(1)
	go func() {
		defer r.running.Add(-1)
		done <- look()
	}()
	limit := time.NewTimer(d)
	defer limit.Stop()
	select {
	case out := <-done:
		return out, nil, true
	case <-limit.C:
		return outcome{}, done, false
	}
}
