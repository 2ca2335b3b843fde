package faults

import (
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// What the receiver says once when exchanges begin to be left out, and when none are any more.
const (
	leavesOut = "some exchanges are left out"
	readsAll  = "all traffic is read again"
)

// often is a load of kept connections and of connections with one request each.
func (s *stage) often(t *testing.T) [2]*traffic {
	t.Helper()
	return [2]*traffic{s.begin(t, s.keep(0, 16)), s.begin(t, strings.Replace(s.keep(1000, 4), "keep", "short", 1))}
}

// overloaded: the collector runs for a fiftieth of the time, with a ring of a megabyte, and so is offered several times
// what it can take. It leaves out whole exchanges, mostly the same at both ends, and has an account of
// every message; the application is not held up, memory is not used up, and afterwards all is well at once.
func overloaded(t *testing.T, th theatre) {
	s := th.stage(t)
	o := s.options()
	o.Capture = "ring_buffer_mib: 1"
	a := agent.Start(t, o)
	s.requests(t, 100)
	a.Settle(t)
	before, calm := a.Look(t), a.Ask(t).Account()
	load := s.often(t)
	const pause, turns = 490 * time.Millisecond, 8
	for range turns {
		a.Signal(t, syscall.SIGSTOP)
		time.Sleep(pause) // what is measured is what time brings
		a.Signal(t, syscall.SIGCONT)
		time.Sleep(pause / 49)
	}
	// While it catches up, it is what it always is, beside the same load.
	made := load[0].end(t).Exchanges + load[1].end(t).Exchanges
	m := a.Settle(t)
	account, after := m.Account(), a.Look(t)
	offered, taken := account.Messages-calm.Messages, account.Received-calm.Received
	t.Logf("%d requests, %.1f times what was taken: %+v; dropped %v, lost %v; %d KiB of memory more", made,
		float64(offered)/float64(taken), account, m.By("dropped_messages", "reason"), m.By("kernel_losses", "reason"),
		after.Anonymous-before.Anonymous)
	require.Greater(t, offered, 5*taken, "this was no overload")
	require.NoError(t, account.Check(), "every message is accounted for")
	assert.Equal(t, s.sink.Total(), account.Emitted)
	assert.LessOrEqual(t, account.Dropped+account.LostStarts, taken/20, "whole exchanges are left out, not pieces")
	assert.Less(t, after.Anonymous-before.Anonymous, int64(48<<10), "KiB of memory")
	got := s.sink.Of(s.port)
	assert.InEpsilon(t, float64(got.Server), float64(got.Client), 0.2, "both ends choose alike: %+v", got)
	assert.Equal(t, 1, strings.Count(a.Output(), leavesOut), "said once")

	s.requests(t, 300)
	s.both(t, got, 300)
	rest := a.Ask(t).Account()
	assert.Equal(t, [2]int64{account.Shed, account.LostStarts}, [2]int64{rest.Shed, rest.LostStarts}, "nothing is left out any more")
	testkit.Poll(t, patience, "the end of it to be said", func() bool { return strings.Contains(a.Output(), readsAll) })
}

// burst: of a load that comes all at once, and is over before anybody could do anything about it, everything is told
// or counted.
func burst(t *testing.T, th theatre) {
	s := th.stage(t)
	o := s.options()
	o.Capture = "ring_buffer_mib: 1"
	a := agent.Start(t, o)
	a.Signal(t, syscall.SIGSTOP)
	s.requests(t, 5000)
	a.Signal(t, syscall.SIGCONT)
	m := a.Settle(t)
	account := m.Account()
	t.Logf("%+v", account)
	assert.EqualValues(t, 4*5000, account.Messages)
	assert.Greater(t, account.Messages, 5*account.Received, "this was no overload")
	assert.Zero(t, account.LostStarts+account.LostOther+account.Dropped, "whole exchanges are left out, not pieces")
	assert.Equal(t, account.Received, 2*(account.Emitted+account.Refused))
	seen := s.sink.Of(s.port)
	s.requests(t, 100)
	s.both(t, seen, 100)
}

// slow: a consumer that takes no more than a fifth of what is offered gets what it takes, and the rest is counted. The
// ring is read on.
func slow(t *testing.T, th theatre) {
	var (
		in      atomic.Pointer[instance]
		taken   atomic.Int64
		release = make(chan struct{})
		looks   = time.NewTicker(5 * time.Millisecond)
	)
	defer looks.Stop()
	const batch = 8 // spans: see create
	next := &moody{do: func() error {
		for in.Load() == nil || in.Load().sum(t, "received_messages")/2 < 5*(taken.Load()+batch) {
			select {
			case <-looks.C:
			case <-release:
				return nil
			}
		}
		taken.Add(batch)
		return nil
	}}
	s := th.stage(t)
	in.Store(start(t, s.group.Path, next))
	const requests = 4000
	s.requests(t, requests)
	testkit.Poll(t, patience, "everything to be received", func() bool { return in.Load().sum(t, "received_messages") == 4*requests })
	close(release)
	testkit.Poll(t, patience, "every span to be counted", func() bool {
		return in.Load().sum(t, "emitted_spans")+in.Load().sum(t, "refused_spans") == 2*requests
	})
	_, took, different := next.came()
	t.Logf("%d of %d spans taken", took, 2*requests)
	assert.Equal(t, in.Load().sum(t, "emitted_spans"), took)
	assert.Equal(t, took, different)
	assert.Equal(t, in.Load().sum(t, "refused_spans"), in.Load().sum(t, "refused_spans", "queue_full"))
	assert.LessOrEqual(t, took, int64(2*requests/5+64*batch+batch), "a fifth, and what the queue holds")
	assert.Zero(t, in.Load().sum(t, "kernel_losses")+in.Load().sum(t, "shed_messages"), "the ring is read on")
}
