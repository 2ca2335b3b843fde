package live

import (
	"context"
	"net"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// sink is the next consumer; it notes when each span came.
type sink struct {
	testkit.Sink
	mu   sync.Mutex
	came map[string]time.Time
}

// ConsumeTraces implements consumer.Traces.
func (s *sink) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	now := time.Now()
	s.mu.Lock()
	if s.came == nil {
		s.came = make(map[string]time.Time)
	}
	for _, span := range testkit.Flatten(td) {
		s.came[span.SpanID] = now
	}
	s.mu.Unlock()
	return s.Sink.ConsumeTraces(ctx, td)
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
