package topology

import (
	"sync"
	"testing"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const (
	loadName   = "load" // the load client as a service
	loadWithin = 2 * time.Minute
	// quiet is how long nothing must have been said by any service for the traffic to be over.
	quiet = 150 * time.Millisecond
	// calm is how long to wait for that, and for spans.
	calm = 10 * time.Second
)

// Receiver is what is measured.
type Receiver struct {
	// Count is how many spans have come, and Stop ends it and gives all of them.
	Count func() int
	Stop  func() testkit.Spans
}

// Measure runs the load against a scene, WarmUp requests and then as many as told, and
// judges what the receiver made of it.
func Measure(t testing.TB, s *Scene, r Receiver, concurrency, requests int) (Result, []Mistake) {
	t.Helper()
	answered := s.disturbed(t, func() bool { return s.Load(t, concurrency, WarmUp+requests) })
	if !answered {
		t.Errorf("row %s: not every request was answered:\n%s", s.row.Name, s.Processes[loadName].Output())
	}
	want := s.settle(t)
	await(calm, func() bool { return s.row.Lossy || r.Count() >= len(want.by) })
	result, mistakes := assess(want, r.Stop())
	result.Row, result.Concurrency = s.row.Name, concurrency
	if n := want.repeated(); n > 0 {
		t.Errorf("row %s: %d requests were made twice: its services break their contract", s.row.Name, n)
	}
	return result, mistakes
}

// disturbed runs the load beside the row's disturbance.
func (s *Scene) disturbed(t testing.TB, load func() bool) bool {
	if s.row.Disturb == nil {
		return load()
	}
	done := make(chan struct{})
	var beside sync.WaitGroup
	beside.Go(func() { s.row.Disturb(t, s, done) })
	defer beside.Wait()
	defer close(done)
	return load()
}

// settle ends the background and waits for silence: what has happened by then.
func (s *Scene) settle(t testing.TB) *truth {
	t.Helper()
	for _, p := range s.Processes {
		p.CloseInput()
	}
	said, since := -1, time.Now()
	silent := await(calm, func() bool {
		n := 0
		for _, p := range s.Processes {
			n += p.Written()
		}
		if n != said {
			said, since = n, time.Now()
		}
		return time.Since(since) >= quiet
	})
	if !silent {
		t.Errorf("row %s: its services do not come to rest", s.row.Name)
	}
	return s.truth()
}

// await asks until cond holds or the time is over.
func await(within time.Duration, cond func() bool) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(within); !cond(); <-tick.C {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}
