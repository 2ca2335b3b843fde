//go:build linux && (amd64 || arm64)

package tap_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestMain lets the test binary also be the programs that the tests watch: see
// helper_test.go.
func TestMain(m *testing.M) {
	if role := os.Getenv(helperVariable); role != "" {
		os.Exit(help(role))
	}
	goleak.VerifyTestMain(m)
}

// home puts the test binary, and so its sockets and the programs it starts,
// into a cgroup of its own until the test's end: what the rest of the host does must
// not fill the rings. It returns the cgroup's path. A socket belongs to the cgroup
// it was made in.
func home(t testing.TB) string {
	t.Helper()
	root := testkit.CgroupRoot(t)
	before := filepath.Join(root, member(t), "cgroup.procs")
	group := testkit.NewCgroup(t, "beyla-tap-"+strconv.Itoa(os.Getpid())).Path
	move(t, filepath.Join(group, "cgroup.procs"))
	t.Cleanup(func() { move(t, before) })
	return group
}

// move moves the test binary into the cgroup of this list of members.
func move(t testing.TB, procs string) {
	t.Helper()
	require.NoError(t, os.WriteFile(procs, []byte(strconv.Itoa(os.Getpid())), 0))
}

// member is the name of the cgroup that the test binary is in.
func member(t testing.TB) string {
	t.Helper()
	all, err := os.ReadFile("/proc/self/cgroup")
	require.NoError(t, err)
	for line := range strings.Lines(string(all)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return name
		}
	}
	testkit.Without(t, "needs cgroup v2")
	return ""
}
