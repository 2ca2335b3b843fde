package live

import (
	"context"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// perPort is how many spans of one server port a sink keeps: more than any test
// here makes, and few enough for a host on which somebody else measures throughput.
const perPort = 2000

// sink is the next consumer. It notes when each span came.
type sink struct {
	mu    sync.Mutex
	spans testkit.Spans
	ports map[int64]int
	came  map[string]time.Time
}

// Capabilities implements consumer.Traces.
func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

// ConsumeTraces implements consumer.Traces.
func (s *sink) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.came == nil {
		s.came, s.ports = make(map[string]time.Time), make(map[int64]int)
	}
	for _, resource := range td.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			scope.Spans().RemoveIf(s.crowded)
		}
	}
	fresh := testkit.Flatten(td)
	for _, span := range fresh {
		s.came[span.SpanID] = now
	}
	s.spans = append(s.spans, fresh...)
	return nil
}

func (s *sink) crowded(span ptrace.Span) bool {
	port, ok := span.Attributes().Get("server.port")
	if !ok {
		port = pcommon.NewValueInt(0)
	}
	s.ports[port.Int()]++
	return s.ports[port.Int()] > perPort
}

// Spans is what has come so far.
func (s *sink) Spans() testkit.Spans {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spans[:len(s.spans):len(s.spans)]
}

// WaitFor waits until cond holds for the spans that have come, and gives them.
func (s *sink) WaitFor(t testing.TB, within time.Duration, cond func(testkit.Spans) bool) testkit.Spans {
	t.Helper()
	var all testkit.Spans
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%d spans came, of which the last ones:\n%s", len(all), all[max(0, len(all)-20):])
		}
	})
	seen := -1
	testkit.Poll(t, within, "spans", func() bool {
		all = s.Spans()
		if len(all) == seen {
			return false
		}
		seen = len(all)
		return cond(all)
	})
	return all
}

// delay is how long after its end a span came.
func (s *sink) delay(span testkit.Span) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.came[span.SpanID].Sub(span.End)
}

// of matches the spans of exchanges with the server at this address, at either end.
func of(addr string) func(testkit.Span) bool {
	_, number, _ := net.SplitHostPort(addr)
	port, _ := strconv.ParseInt(number, 10, 64)
	return func(s testkit.Span) bool {
		return s.Int("server.port") == port || s.Kind == "Client" && s.Int("network.peer.port") == port
	}
}

// requesting matches the spans of requests for one target at this address.
func requesting(addr, target string) func(testkit.Span) bool {
	of := of(addr)
	return func(s testkit.Span) bool {
		asked := s.Str("url.path")
		if query := s.Str("url.query"); query != "" {
			asked += "?" + query
		}
		return of(s) && (asked == target || s.Str("url.full") == "http://"+addr+target)
	}
}
