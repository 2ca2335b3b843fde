package faults

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
)

// rubbish: a process that floods many ports with bytes that mean nothing costs bounded
// memory, is counted, and takes nothing from others.
func rubbish(t *testing.T, th theatre) {
	connections := 6000
	if *atLength {
		connections = 100_000
	}
	s := th.stage(t)
	o := s.options()
	o.Capture = "ring_buffer_mib: 64"
	a := agent.Start(t, o)
	s.requests(t, 100)
	a.Settle(t)
	before, seen := a.Look(t), s.sink.Of(s.port)
	flood := s.begin(t, fmt.Sprintf("-kind noise -ports 32 -workers 4 -rate 0 -n %d", connections))
	load := s.begin(t, s.keep(200, 2))
	require.NoError(t, flood.Wait(t, 20*patience))
	require.EqualValues(t, connections, flood.last(t).Exchanges)
	made := load.end(t).Exchanges
	m := a.Settle(t)
	after := a.Look(t)
	t.Logf("%d requests beside it; %+v; dropped %v; %d KiB of memory more, %d connections remembered",
		made, m.Account(), m.By("dropped_messages", "reason"), after.Anonymous-before.Anonymous, m.Sum("flows"))
	assert.GreaterOrEqual(t, m.Account().Dropped, int64(connections), "each was at least one message of nobody's")
	assert.Less(t, after.Anonymous-before.Anonymous, int64(48<<10), "KiB")
	assert.Equal(t, before.Descriptors, after.Descriptors)
	if lost := m.Account().LostStarts + m.Account().LostOther + m.Account().Refused; assert.Zero(t, lost, "the ring was large enough") {
		s.both(t, seen, int(made))
	}
}
