package faults

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// complains is what the receiver says once when the next consumer begins to refuse.
const complains = "the next consumer refuses spans"

// limited: a memory limiter that refuses everything is asked again and again, within bounds: memory does not
// grow, the application does not notice, everything is counted. Once it is gone everything is as before.
func limited(t *testing.T, th theatre) {
	s := th.stage(t)
	o := s.options()
	o.Processors = []string{"memory_limiter: {check_interval: 100ms, limit_mib: 4, spike_limit_mib: 1}"}
	o.Beyla = "traces: {max_batch_spans: 16}" // the queue is 64 batches: full after 1024 spans
	a := agent.Start(t, o)
	testkit.Poll(t, patience, "the limiter to refuse", func() bool {
		s.requests(t, 1)
		return strings.Contains(a.Output(), complains)
	})
	a.Settle(t)
	before, emitted := a.Look(t).Anonymous, s.sink.Total() // the limiter looks every 100 ms
	load := s.begin(t, s.keep(1000, 4))
	testkit.Poll(t, patience, "a full queue", func() bool { return a.Ask(t).Sum("refused_spans", `reason="queue_full"`) > 1000 })
	if *atLength {
		testkit.Poll(t, time.Minute, "a batch to be given up", func() bool {
			return a.Ask(t).Sum("refused_spans", `reason="retries_exhausted"`) > 0
		})
	}
	load.end(t)
	m := a.Settle(t)
	t.Logf("%+v, refused: %v", m.Account(), m.By("refused_spans", "reason"))
	assert.Equal(t, emitted, m.Account().Emitted)
	assert.Equal(t, emitted, s.sink.Total())
	assert.Zero(t, m.Account().LostStarts+m.Account().LostOther, "the ring is read on")
	assert.Less(t, a.Look(t).Anonymous-before, int64(16<<10), "KiB more than before the load")
	assert.Equal(t, 1, strings.Count(a.Output(), complains), "said once")

	a.Configure(t, func(o *agent.Options) { o.Processors = nil })
	began := time.Now()
	a.Reload(t)
	assert.Less(t, time.Since(began), 10*time.Second, "whoever refuses must not hold up a reload")
	a.Settle(t)
	seen := s.sink.Of(s.port)
	s.requests(t, 200)
	s.both(t, seen, 200)
}

// refused: a backend that is away for a while costs nothing.
func refused(t *testing.T, th theatre) {
	s := th.stage(t)
	a := agent.Start(t, s.options())
	s.sink.Refuse(true)
	s.requests(t, 300)
	testkit.Poll(t, patience, "two refusals", func() bool { return s.sink.Refused() >= 2 })
	require.Zero(t, s.sink.Total())
	s.sink.Refuse(false)
	s.both(t, s.sink.Of(s.port), 300)
	account := a.Settle(t).Account()
	assert.EqualValues(t, 600, account.Emitted)
	assert.Zero(t, account.Lost())
	assert.Contains(t, a.Output(), complains)
	assert.Contains(t, a.Output(), "the next consumer accepts spans again")
}
