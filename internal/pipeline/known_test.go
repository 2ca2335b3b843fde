//go:build linux && (amd64 || arm64)

package pipeline

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

func TestKernelIsToldOfProcesses(t *testing.T) {
	b := newBench(t, Config{})
	golang := &process.Resource{}
	golang.Go.Goid, golang.Go.ParentGoid = 152, 272
	b.meet(event.Process{PID: 7, Start: 1}, golang)
	require.Equal(t, map[uint32]tap.Process{7: {Goid: 152, GoidParent: 272}}, b.source.known)
	host := (*hostView)(b.Engine)
	host.Leaf(7, true)
	require.Equal(t, tap.Process{Goid: 152, GoidParent: 272, Leaf: true}, b.source.known[7])
	b.meet(event.Process{PID: 7, Start: 1}, golang)
	require.True(t, b.source.known[7].Leaf, "another socket of the same process")
	b.meet(event.Process{PID: 7, Start: 2}, &process.Resource{})
	require.Equal(t, tap.Process{}, b.source.known[7], "another process by the same number")
	host.Leaf(8, true)
	require.NotContains(t, b.source.known, uint32(8), "when its socket shows up it will be told of")
	require.NotContains(t, b.known, uint32(8))
	b.finish(t)
}

// A full table is emptied for a process that is new to it, and for no other.
func TestKernelIsToldOfSoManyProcesses(t *testing.T) {
	b := newBench(t, Config{})
	for pid := range uint32(maxKnown) {
		b.meet(event.Process{PID: pid + 1, Start: 1}, &process.Resource{})
	}
	(*hostView)(b.Engine).Leaf(1, true)
	require.Len(t, b.known, maxKnown)
	b.meet(event.Process{PID: maxKnown + 1, Start: 1}, &process.Resource{})
	require.Len(t, b.known, 1)
	require.Equal(t, tap.Process{}, b.source.known[1], "no leaf as far as the kernel knows")
	b.finish(t)
}
