package faults

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
)

// cpuAway: a CPU goes offline and comes back under load. What was counted on it stays counted.
func cpuAway(t *testing.T, th theatre) {
	if !*ownMachine {
		t.Skip("takes a CPU of this machine away: -own-machine")
	}
	const online = "/sys/devices/system/cpu/cpu1/online"
	set := func(to string) {
		t.Helper()
		require.NoError(t, os.WriteFile(online, []byte(to), 0))
	}
	s := th.stage(t)
	a := agent.Start(t, s.options())
	load := s.begin(t, s.keep(300, 4))
	defer set("1")
	for _, to := range []string{"1", "0", "1", "0", "1"} {
		set(to)
		before := load.now(t).Exchanges
		time.Sleep(time.Second) // of load
		assert.Greater(t, load.now(t).Exchanges, before)
	}
	made := load.end(t).Exchanges
	account := a.Settle(t).Account()
	assert.Zero(t, account.Lost())
	got := s.sink.Of(s.port)
	assert.Equal(t, [2]int64{made, made}, [2]int64{got.Server, got.Client})
}
