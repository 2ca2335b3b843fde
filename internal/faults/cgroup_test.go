package faults

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// unmounted: the cgroup hierarchy through which the collector found its cgroup is unmounted, and so
// is every other one, in a mount namespace of the collector's own. What is attached stays.
func unmounted(t *testing.T, th theatre) {
	s := th.stage(t)
	at := t.TempDir()
	o := s.options()
	o.Cgroup = filepath.Join(at, s.group.Name)
	o.Wrap = []string{"unshare", "--mount", "sh", "-ec", `mount -t cgroup2 none "$0"; exec "$@"`, at}
	a := agent.Start(t, o)
	held := tapped(t, a.PID, s.group)
	s.requests(t, 50)
	s.both(t, s.sink.Of(s.port), 0)

	inside := func(args ...string) string {
		return testkit.Place{}.Run(t, append([]string{"nsenter", "--mount", "--target", strconv.Itoa(a.PID)}, args...)...)
	}
	inside("sh", "-ec", `awk '$3 == "cgroup2" {print $2}' /proc/self/mounts | while read -r dir; do umount -l "$dir"; done`)
	require.NotContains(t, inside("cat", "/proc/self/mounts"), " cgroup2 ")
	a.Settle(t)
	seen := s.sink.Of(s.port)
	s.requests(t, 200)
	s.both(t, seen, 200)
	a.Settle(t)
	assert.NotContains(t, a.Output(), "panic")
	a.Terminate(t)
	clean(t, held, s.group)
}

// removed: the cgroup that the collector reads goes away; the kernel detaches, and the collector lives on.
func removed(t *testing.T, th theatre) {
	s := th.stage(t)
	gone := testkit.NewCgroup(t, s.group.Name+"-gone")
	o := s.options()
	o.Cgroup = gone.Path
	a := agent.Start(t, o)
	held := tapped(t, a.PID, gone)
	load := testkit.Start(t, testkit.Spec{
		Args: []string{s.load, "-kind", "keep", "-url", s.server.URL, "-rate", "0", "-n", "100"}, Place: gone.Place(),
	})
	require.NoError(t, load.Wait(t, patience))
	testkit.Poll(t, patience, "the client's spans", func() bool { return s.sink.Of(s.port).Client == 100 })
	testkit.Poll(t, patience, "the cgroup to be empty", func() bool { return os.Remove(gone.Path) == nil })

	a.Settle(t)
	assert.True(t, a.Running())
	a.Terminate(t)
	testkit.Poll(t, patience, "the kernel to be as it was", func() bool { return !left(t, held).Any() })
}
