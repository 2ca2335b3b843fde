//go:build linux && (amd64 || arm64)

package acceptance

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// Whatever protocol a capture holds and however broken it is: it is read to
// its end in bounded time, and every message is accounted for.
func TestEveryCapture(t *testing.T) {
	everyCapture(t, func(t *testing.T, path string) { run(t, defaults(path)) })
}

// everyCapture does it with the captures made here and then, where they are
// there, with those of others.
func everyCapture(t *testing.T, do func(t *testing.T, path string)) {
	t.Helper()
	each := func(path string) {
		t.Run(nameOf(path), func(t *testing.T) { do(t, path) })
	}
	for _, name := range captures(t) {
		each(testkit.Capture(t, name))
	}
	for _, path := range corpus(t) {
		each(path)
	}
}

// A pipeline leaves nothing behind: after any number of captures, memory is
// where it was after the first ones.
func TestFlatMemory(t *testing.T) {
	paths := corpus(t)
	round := func() {
		for _, path := range paths {
			run(t, defaults(path))
		}
	}
	round()
	before := heap()
	const rounds = 3
	for range rounds {
		round()
	}
	after := heap()
	assert.Less(t, after, before+1<<20, "bytes on the heap after %d captures more", rounds*len(paths))
}

// Nor does a pipeline that runs for long hold on to connections that are over.
func TestFlatMemoryWithin(t *testing.T) {
	after := func(connections int) uint64 {
		talks := make([]conversation, connections)
		for i := range talks {
			talks[i] = conversation{80, []string{get("/cart", "curl/8.0"), answer}}
		}
		cfg := defaults(record(t, talks...))
		cfg.Replay.MaxConnections = 100 // closed ones are waited out
		cfg.Queue = 1                   // batches are used again, as many as ever waited
		a := run(t, cfg)
		assert.Equal(t, 2*connections, a.spans)
		a.traces = nil
		held := heap()
		runtime.KeepAlive(a.engine)
		return held
	}
	few := after(1_000)
	assert.Less(t, after(10_000), few+256<<10, "bytes on the heap after ten times the connections")
}

// heap is the number of live bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // the first one only moves what pools hold
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
