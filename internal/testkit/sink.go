package testkit

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/consumer/consumertest"
)

// Sink is the consumer at the end of a pipeline under test. The zero value is ready.
type Sink struct {
	consumertest.TracesSink
}

// Spans is what has arrived so far.
func (s *Sink) Spans() Spans { return Flatten(s.AllTraces()...) }

// WaitFor waits until cond holds for the spans that have arrived, and gives
// them. When the time is over the test fails with the list of what did arrive.
func (s *Sink) WaitFor(t testing.TB, within time.Duration, cond func(Spans) bool) Spans {
	t.Helper()
	var spans Spans
	seen := -1
	arrived := poll(within, func() bool {
		if n := s.SpanCount(); n != seen { // flattening is not free
			seen, spans = n, s.Spans()
			return cond(spans)
		}
		return false
	})
	if !arrived {
		t.Fatalf("timed out after %v waiting for spans; %d came:\n%s", within, len(spans), firstSpans(spans))
	}
	return spans
}

// WaitCount waits for at least n spans.
func (s *Sink) WaitCount(t testing.TB, within time.Duration, n int) Spans {
	t.Helper()
	return s.WaitFor(t, within, func(all Spans) bool { return len(all) >= n })
}

// firstSpans keeps a failure message readable after a load test.
func firstSpans(all Spans) Spans { return all[:min(len(all), 50)] }
