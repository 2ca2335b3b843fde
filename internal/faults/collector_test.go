package faults

import (
	"math"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/soak/otlpsink"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestCollector does to a whole collector what happens to collectors.
func TestCollector(t *testing.T) {
	testkit.Root(t)
	testkit.Need(t, "nginx", "bpftool", "nsenter", "unshare")
	th := theatre{collector: *collector, load: *client}
	if th.collector == "" {
		th.collector = agent.Build(t)
	}
	if th.load == "" {
		th.load = agent.Load(t)
	}
	for _, one := range []struct {
		name string
		run  func(*testing.T, theatre)
	}{
		{"killed", killed},
		{"terminated under load", terminated},
		{"reloaded", reloaded},
		{"refused by a memory limiter", limited},
		{"refused by a backend", refused},
		{"starved", starved},
		{"overloaded", overloaded},
		{"a burst", burst},
		{"cgroup hierarchy unmounted", unmounted},
		{"cgroup removed", removed},
		{"a fork bomb", forks},
		{"process ids used again", pids},
		{"rubbish on many ports", rubbish},
		{"a time namespace", timeNamespace},
		{"clock stepped", clockStepped},
		{"CPU taken away", cpuAway},
	} {
		t.Run(one.name, func(t *testing.T) { one.run(t, th) })
	}
}

// killed: what is killed leaves nothing in the kernel, the application does not notice, and the
// next collector sees everything.
func killed(t *testing.T, th theatre) {
	s := th.stage(t)
	require.Zero(t, attached(t, s.group))
	first := agent.Start(t, s.options())
	held := tapped(t, first.PID, s.group)
	load := s.begin(t, s.keep(500, 4))
	testkit.Poll(t, patience, "spans", func() bool { return s.sink.Of(s.port).Server > 100 })
	first.Signal(t, syscall.SIGKILL)
	require.Error(t, first.Wait(t, patience))
	clean(t, held, s.group)

	before := load.now(t)
	second := agent.Start(t, s.options())
	assert.Empty(t, left(t, held), "new ones, not those of the first")
	assert.Greater(t, load.end(t).Exchanges, before.Exchanges)
	second.Settle(t)
	seen := s.sink.Of(s.port)
	s.requests(t, 500)
	s.both(t, seen, 500)
	held = tapped(t, second.PID, s.group)
	second.Terminate(t)
	clean(t, held, s.group)
}

// terminated: SIGTERM under load ends a collector in time, and what was over by then is delivered.
func terminated(t *testing.T, th theatre) {
	s := th.stage(t)
	a := agent.Start(t, s.options())
	held := tapped(t, a.PID, s.group)
	load := s.begin(t, s.keep(2000, 8))
	testkit.Poll(t, patience, "spans", func() bool { return s.sink.Of(s.port).Server > 1000 })
	before := load.now(t)
	require.Zero(t, a.Ask(t).Account().Lost(), "this test is about a collector that keeps up")
	took := a.Terminate(t)
	clean(t, held, s.group)
	after := load.end(t)
	assert.Less(t, took, 5*time.Second)
	got := s.sink.Of(s.port)
	t.Logf("ended within %v; %d requests before, %d in all, %+v spans", took, before.Exchanges, after.Exchanges, got)
	for name, n := range map[string]int64{"server": got.Server, "client": got.Client} {
		assert.GreaterOrEqual(t, n, before.Exchanges, "%s spans of requests that were over", name)
		assert.LessOrEqual(t, n, after.Exchanges, name)
	}
}

// reloaded: a hundred times, and everything is as after the first few.
func reloaded(t *testing.T, th theatre) {
	s := th.stage(t)
	a := agent.Start(t, s.options())
	first := tapped(t, a.PID, s.group)
	load := s.begin(t, s.keep(50, 2))
	type shape struct{ descriptors, goroutines, maps, programs, links int }
	// What is alive is never more than the least of a few looks: garbage comes on top, as do connections of the moment.
	look := func() (least shape, heap, anonymous int64) {
		heap = math.MaxInt64
		for i := range 5 {
			require.NoError(t, a.Collect(t.Context()))
			heap = min(heap, a.Ask(t).HeapBytes()>>10)
			p := a.Look(t)
			n, err := a.Goroutines(t.Context())
			require.NoError(t, err)
			now := shape{p.Descriptors, n, len(p.Maps), len(p.Programs), len(p.Links)}
			if i > 0 {
				now.descriptors, now.goroutines = min(now.descriptors, least.descriptors), min(now.goroutines, least.goroutines)
			}
			least, anonymous = now, p.Anonymous
		}
		return least, heap, anonymous
	}
	const warm, times = 10, 100
	for range warm {
		a.Reload(t)
	}
	early, earlyHeap, earlyAll := look()
	for range (times - warm) / 2 {
		a.Reload(t)
	}
	_, midHeap, _ := look()
	for range (times - warm) / 2 {
		a.Reload(t)
	}
	load.end(t)
	late, lateHeap, lateAll := look()
	t.Logf("%+v, %d KiB of live heap, %d KiB in all after %d times; %d KiB of heap half-way; %+v, %d KiB, %d KiB after %d",
		early, earlyHeap, earlyAll, warm, midHeap, late, lateHeap, lateAll, times)
	assert.Equal(t, [3]int{early.maps, early.programs, early.links}, [3]int{late.maps, late.programs, late.links})
	// What leaks at each of ninety reloads is ninety. A few are connections that are kept open, or not.
	assert.LessOrEqual(t, late.descriptors, early.descriptors+10)
	assert.LessOrEqual(t, late.goroutines, early.goroutines+10)
	// What leaks does so in either half. A buffer that happened to grow does so in one.
	assert.LessOrEqual(t, min(lateHeap-midHeap, midHeap-earlyHeap), int64(1<<10), "KiB of live heap")
	assert.LessOrEqual(t, lateAll, earlyAll+16<<10, "KiB of anonymous memory")
	assert.Zero(t, count(left(t, first)), "what the first instance had is gone")
	assert.Equal(t, 1, countReceivers(t, s), "one receiver is attached")

	a.Settle(t)
	seen := s.sink.Of(s.port)
	s.requests(t, 200)
	s.both(t, seen, 200)
}

// countReceivers is how many programs look at packets that come in.
func countReceivers(t *testing.T, s *stage) (n int) {
	t.Helper()
	var all []struct {
		Type string `json:"attach_type"`
	}
	bpftool(t, &all, "cgroup", "show", s.group.Path)
	for _, one := range all {
		if one.Type == "cgroup_inet_ingress" {
			n++
		}
	}
	return n
}

// starved: a collector that does not run for seconds costs the application nothing but the spans of that time,
// all of them counted, and sees everything once it runs again.
func starved(t *testing.T, th theatre) {
	s := th.stage(t)
	o := s.options()
	o.Capture = "ring_buffer_mib: 1"
	a := agent.Start(t, o)
	load := s.begin(t, s.keep(0, 4))
	rate := func(d time.Duration) float64 {
		began, before := time.Now(), load.now(t)
		time.Sleep(d) // what is measured is time
		after := load.now(t)
		return float64(after.Exchanges-before.Exchanges) / time.Since(began).Seconds()
	}
	with := rate(time.Second)
	a.Signal(t, syscall.SIGSTOP)
	without := rate(3 * time.Second)
	a.Signal(t, syscall.SIGCONT)
	load.end(t)
	t.Logf("%.0f requests/s beside a collector that runs, %.0f beside one that does not", with, without)
	assert.Greater(t, without, with/2, "a collector that stands still must not hold anybody up")

	account := a.Settle(t).Account()
	t.Logf("%+v", account)
	assert.Positive(t, account.Shed, "the ring was filling up")
	assert.Zero(t, account.LostStarts+account.LostOther, "what is left out is whole")
	assert.Zero(t, account.Dropped)
	assert.Equal(t, s.sink.Total(), account.Emitted)
	seen := s.sink.Of(s.port)
	began := time.Now()
	s.requests(t, 300)
	s.both(t, seen, 300)
	assert.Equal(t, account.Shed, a.Ask(t).Account().Shed, "nothing is left out any more")
	assert.Less(t, time.Since(began), 10*time.Second)
	assert.Equal(t, otlpsink.Count{Server: seen.Server + 300, Client: seen.Client + 300}, s.sink.Of(s.port))
}
