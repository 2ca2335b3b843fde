//go:build linux && (amd64 || arm64)

package acceptance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/pipeline"
	"github.com/beylareceiver/beylareceiver/internal/traces"
)

// defaults is a pipeline that reads a capture, with the limits of the
// receiver's default configuration and no filter.
func defaults(capture string) pipeline.Config {
	return pipeline.Config{
		Pcap:          capture,
		Sides:         pipeline.BothSides,
		MaxInflight:   100_000,
		FlushInterval: 200 * time.Millisecond,
		MaxBatch:      512,
		Queue:         64,
	}
}

// account is what a pipeline that has come to its end gave, and what it counted.
type account struct {
	traces []ptrace.Traces
	spans  int
	stats  pipeline.Stats
	engine *pipeline.Engine // closed
}

// run runs a pipeline to the end of its capture, and holds it to the equations
// of package ledger.
func run(t testing.TB, cfg pipeline.Config) account {
	t.Helper()
	e, err := pipeline.Open(cfg)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- e.Run() }()

	var a account
	builder := traces.NewBuilder("")
	tooLong := time.NewTimer(patience)
	defer tooLong.Stop()
	for open := true; open; {
		select {
		case b, ok := <-e.Batches():
			if open = ok; open {
				a.spans += len(b.Spans())
				a.traces = append(a.traces, builder.Build(b.Spans()))
				b.Release()
			}
		case <-tooLong.C:
			t.Fatalf("%s: not read to its end within %v", cfg.Pcap, patience)
		}
	}
	require.NoError(t, <-done)
	require.NoError(t, e.Close())
	a.stats, a.engine = e.Stats(), e
	balanced(t, &a)
	return a
}

// balanced is the ledger's equation at rest: every message of the capture was
// received, and has ended once; every span that was built has come out.
func balanced(t testing.TB, a *account) {
	t.Helper()
	s := &a.stats
	var ended uint64
	for _, n := range s.Ended {
		ended += n
	}
	assert.Equal(t, s.Capture.Messages, s.Received, "messages of the capture, received")
	assert.Equal(t, s.Received, ended, "messages received, ended")
	assert.Zero(t, s.Held, "messages held at rest")
	assert.Zero(t, s.Inflight, "exchanges in flight at rest")
	assert.EqualValues(t, s.Built, a.spans, "spans built, come out")
	assert.Zero(t, s.QueueFull, "a capture waits for its consumer")
	assert.Zero(t, s.Malformed, "records of the replay are well-formed")
	assert.Zero(t, s.Flows.Flows, "flows held at rest")
	assert.Zero(t, s.Flows.HeldBytes, "bytes held at rest")
}

// reasons are the counts that are not zero, by name.
func (a *account) reasons() map[string]uint64 {
	named := map[string]uint64{}
	for r, n := range a.stats.Ended {
		if n > 0 {
			named[ledger.Reason(r).String()] = n
		}
	}
	return named
}
