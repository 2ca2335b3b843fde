package testkit

import (
	"testing"
	"time"
)

// pollEvery is how often Poll asks. Other processes give no signal that a
// test could wait for, so it is a poll, and it is short.
const pollEvery = 5 * time.Millisecond

// Poll asks cond until it holds, and fails the test when it does not within
// the time; what completes the sentence "timed out waiting for ...".
func Poll(t testing.TB, within time.Duration, what string, cond func() bool) {
	t.Helper()
	if !poll(within, cond) {
		t.Fatalf("timed out after %v waiting for %s", within, what)
	}
}

func poll(within time.Duration, cond func() bool) bool {
	if cond() {
		return true
	}
	end := time.NewTimer(within)
	defer end.Stop()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if cond() {
				return true
			}
		case <-end.C:
			return cond()
		}
	}
}
