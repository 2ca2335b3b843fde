package process

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

func TestHitDoesNotAllocate(t *testing.T) {
	p, _, c := setup(t)
	p.add(shop())
	who := seen(shop())
	c.Lookup(who)
	require.Zero(t, testing.AllocsPerRun(100, func() { c.Lookup(who) }))
	byPID := event.Process{PID: who.PID}
	require.Zero(t, testing.AllocsPerRun(100, func() { c.Lookup(byPID) }))
	require.Zero(t, testing.AllocsPerRun(100, func() { c.Lookup(event.Process{}) }))
}

func BenchmarkLookupHit(b *testing.B) {
	p, _, c := setup(b)
	var all []event.Process
	for i := range uint32(256) {
		f := shop()
		f.pid = 1000 + i
		p.add(f)
		all = append(all, seen(f))
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		c.Lookup(all[i&255])
		i++
	}
}

func BenchmarkLookupMiss(b *testing.B) {
	c := New(Options{LookupsPerSecond: 1e9})
	who := event.Process{PID: uint32(os.Getpid()), Start: startOf(b, os.Getpid())}
	b.ReportAllocs()
	for b.Loop() {
		c.Forget(who.PID, who.Start)
		c.Lookup(who)
	}
}

func BenchmarkSweepOne(b *testing.B) {
	c := New(Options{})
	c.Lookup(event.Process{PID: uint32(os.Getpid()), Start: startOf(b, os.Getpid())})
	b.ReportAllocs()
	for b.Loop() {
		c.Sweep()
	}
}

func BenchmarkParseCgroup(b *testing.B) {
	path := "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidBar + ".slice/cri-containerd-" + id64 + ".scope"
	b.ReportAllocs()
	for b.Loop() {
		ParseCgroup(path)
	}
}
