//go:build linux && (amd64 || arm64)

package faults

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/pipeline"
	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestStopUnderLoad: what a pipeline that is stopped under full load has seen is in spans or counted,
// to the last message; also when its ring was far too small.
func TestStopUnderLoad(t *testing.T) {
	testkit.Root(t)
	testkit.Need(t, "go", "nginx")
	th := theatre{load: agent.Load(t)}
	for name, ring := range map[string]int{"large ring": 16 << 20, "tiny ring": 16 << 10} {
		t.Run(name, func(t *testing.T) {
			s := th.stage(t)
			e, err := pipeline.Open(pipeline.Config{
				Tap:   tap.Options{CgroupPath: s.group.Path, Window: 8 << 10, RingBytes: ring, Drain: 10 * time.Millisecond},
				Sides: pipeline.BothSides, MaxInflight: 1000, FlushInterval: 50 * time.Millisecond, MaxBatch: 512, Queue: 1000,
			})
			require.NoError(t, err)
			ended := make(chan error, 1)
			go func() { ended <- e.Run() }()
			spans := make(chan uint64, 1)
			go func() {
				var n uint64
				for b := range e.Batches() {
					n += uint64(len(b.Spans()))
					b.Release()
				}
				spans <- n
			}()
			load := s.begin(t, s.keep(0, 8))
			testkit.Poll(t, patience, "load", func() bool { return e.Stats().Received > 5000 })
			began := time.Now()
			require.NoError(t, e.Stop())
			require.NoError(t, <-ended)
			require.NoError(t, e.Close())
			t.Logf("stopped within %v", time.Since(began))
			assert.Less(t, time.Since(began), 2*time.Second)
			load.end(t)

			st := e.Stats()
			var known uint64
			for _, n := range st.Ended {
				known += n
			}
			t.Logf("%+v", st.Kernel)
			assert.Equal(t, st.Kernel.Messages, st.Received+st.Kernel.LostStart)
			assert.Equal(t, st.Received, known)
			assert.Zero(t, st.Held)
			assert.Equal(t, st.Built, <-spans+st.QueueFull)
			assert.Zero(t, st.Inflight)
		})
	}
}
