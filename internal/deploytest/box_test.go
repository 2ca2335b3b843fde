package deploytest

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// nobody is a user with no files and no privileges.
const nobody = 65534

// box says how the collector is started. The zero value takes nothing from root but the capabilities.
type box struct {
	uid int
	// caps is all that the process can ever have, as setpriv(1) writes them. A user
	// other than root gets them as ambient ones, as from systemd, unless ambient is off: what
	// Kubernetes and docker add is in the bounding set only.
	caps      []string
	noAmbient bool
	// boundingOnly leaves nothing in the permitted set, as docker does for other users than root.
	boundingOnly bool
	// noNewPrivs is allowPrivilegeEscalation: false.
	noNewPrivs bool
	// readOnly makes the root file system and the cgroups so, all but the folder of the spans.
	readOnly bool
	// profile filters system calls with this file.
	profile string
	// ownPID is without hostPID.
	ownPID bool
	net    *testkit.NetNS
	cgroup *testkit.Cgroup
	// exe is another copy of the collector.
	exe string
}

// argv is the command line that makes the box, outermost first, and runs args in it.
func (b box) argv(s *suite, out string, args ...string) []string {
	if b.profile != "" {
		args = append([]string{s.confine, b.profile, "--"}, args...)
	}
	id, caps := strconv.Itoa(b.uid), "-all"
	for _, c := range b.caps {
		caps += ",+" + c
	}
	privs := []string{"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups", "--bounding-set=" + caps}
	if b.uid != 0 && !b.noAmbient && len(b.caps) > 0 {
		privs = append(privs, "--inh-caps="+caps, "--ambient-caps="+caps)
	} else {
		privs = append(privs, "--inh-caps=-all")
	}
	if b.noNewPrivs {
		privs = append(privs, "--no-new-privs")
	}
	if b.boundingOnly {
		args = append([]string{"env", "--"}, args...) // any program without capabilities of its own
	}
	args = append(privs, args...)
	if !b.readOnly && !b.ownPID {
		return args
	}
	script := `exec "$@"`
	if b.readOnly {
		script = readOnly + script
	}
	unshare := []string{"unshare", "--mount"}
	if b.ownPID {
		unshare = append(unshare, "--pid", "--fork", "--kill-child", "--mount-proc")
	}
	return append(append(unshare, "sh", "-c", script, out), args...)
}

// readOnly is a script that does what a container runtime does to a mount namespace; $0 stays
// writable. It ends when something else still is.
const readOnly = `set -e
mount --bind "$0" "$0"
mount -o remount,bind,ro /
if touch /deploytest 2>/dev/null; then exit 9; fi
for cgroup in $(awk '$3 == "cgroup2" {print $2}' /proc/self/mounts); do
	mount --bind "$cgroup" "$cgroup"
	mount -o remount,bind,ro "$cgroup"
	if mkdir "$cgroup/deploytest" 2>/dev/null; then exit 9; fi
done
`

// refused waits for the collector to end by itself and checks what it said.
func (a *agent) refused(t *testing.T, says string) {
	t.Helper()
	require.Error(t, a.Wait(t, patience), "the collector must not run")
	assert.Contains(t, a.Output(), says)
	assert.NotContains(t, a.Output(), "panic")
	assert.NotContains(t, a.Output(), "goroutine ")
}

func (a *agent) said(text string) bool { return strings.Contains(a.Output(), text) }
