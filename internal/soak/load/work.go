package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// tally counts.
type tally struct{ exchanges, failed atomic.Int64 }

// totals is a tally at one moment.
type totals struct {
	Exchanges int64 `json:"exchanges"`
	Failed    int64 `json:"failed"`
}

func (t *tally) now() totals { return totals{t.exchanges.Load(), t.failed.Load()} }

// worker sends one kind of traffic. It is used by one goroutine.
type worker interface {
	// tick makes the next exchange, or some, and says how many of them came to their end.
	tick(ctx context.Context) (int, error)
	// close ends what it holds.
	close()
}

// kinds is how workers of each kind are made.
func kinds() map[string]func(options) (worker, error) {
	return map[string]func(options) (worker, error){
		"keep": newKeep, "short": newShort, "upload": newUpload,
		"pipeline": newPipeline, "hold": newHold, "exec": newExec,
		"udp": newUDP, "tcp": newTCP, "noise": newNoise,
	}
}

// work runs the workers until ctx ends or the ticks are over. Exchanges under way come to their end.
func work(ctx context.Context, o options, open func(options) (worker, error), t *tally) error {
	var left atomic.Int64
	left.Store(int64(o.n))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	for i := range o.workers {
		w, err := open(o)
		if err != nil {
			stop()
			all.Wait()
			return err
		}
		all.Go(func() {
			defer w.close()
			var pause time.Duration
			if o.rate > 0 {
				pause = time.Duration(float64(o.workers) / o.rate * float64(time.Second))
			}
			pace(ctx, pause, pause*time.Duration(i)/time.Duration(o.workers), func() bool {
				if o.n > 0 && left.Add(-1) < 0 {
					return false
				}
				once(w, o.within, t)
				return true
			})
		})
	}
	all.Wait()
	return nil
}

// once makes one tick. It does not end with the work.
func once(w worker, within time.Duration, t *tally) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	n, err := w.tick(ctx)
	t.exchanges.Add(int64(n))
	if err == nil {
		return
	}
	if t.failed.Add(1) <= 10 { // the first ones tell enough
		fmt.Fprintln(os.Stderr, "load:", err)
	}
}

// pace calls do every so often, first after delay, until it says no or ctx ends. A call that
// takes longer than the pause delays the next one: the rate is the most, not a promise.
func pace(ctx context.Context, pause, delay time.Duration, do func() bool) {
	next := time.NewTimer(delay)
	defer next.Stop()
	for {
		if pause > 0 {
			select {
			case <-next.C:
			case <-ctx.Done():
				return
			}
		}
		began := time.Now()
		if ctx.Err() != nil || !do() {
			return
		}
		if pause > 0 {
			next.Reset(max(0, pause-time.Since(began)))
		}
	}
}
