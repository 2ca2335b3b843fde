package privilege

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"kernel.org/pub/linux/libs/security/libcap/cap"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// effective tells of every thread of the process whether it has the capability.
func effective(t *testing.T, c cap.Value) (with, without int) {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	require.NoError(t, err)
	for _, thread := range threads {
		status, err := os.ReadFile("/proc/self/task/" + thread.Name() + "/status")
		if err != nil {
			continue // it has ended
		}
		m := regexp.MustCompile(`CapEff:\s+([0-9a-f]+)`).FindSubmatch(status)
		require.NotNil(t, m)
		bits, err := strconv.ParseUint(string(m[1]), 16, 64)
		require.NoError(t, err)
		if bits>>c&1 == 1 {
			with++
		} else {
			without++
		}
	}
	return with, without
}

func TestDropAndRaise(t *testing.T) {
	testkit.Root(t)
	t.Cleanup(func() { require.NoError(t, Raise()) })
	dropped, err := Drop(func() bool { return true })
	require.NoError(t, err)
	assert.Contains(t, dropped, "cap_net_admin")
	assert.Contains(t, dropped, "cap_bpf")
	for _, c := range []cap.Value{cap.NET_ADMIN, cap.BPF, cap.PERFMON} {
		with, _ := effective(t, c)
		assert.Zero(t, with, "threads that still have %s", c)
	}
	with, without := effective(t, cap.SYS_PTRACE)
	assert.NotZero(t, with, "what goes on being needed stays")
	assert.Zero(t, without)

	again, err := Drop(func() bool { return true })
	require.NoError(t, err)
	assert.Empty(t, again)

	require.NoError(t, Raise())
	with, without = effective(t, cap.NET_ADMIN)
	assert.NotZero(t, with)
	assert.Zero(t, without)
}

func TestDropKeepsWhatIsNeeded(t *testing.T) {
	testkit.Root(t)
	t.Cleanup(func() { require.NoError(t, Raise()) })
	dropped, err := Drop(func() bool { return false })
	require.NoError(t, err)
	assert.NotContains(t, dropped, "cap_bpf")
	with, without := effective(t, cap.BPF)
	assert.NotZero(t, with)
	assert.Zero(t, without)
}
