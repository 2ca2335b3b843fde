//go:build amd64 || arm64

package preflight

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func here(cgroupPath string) Report { return Here(cgroupPath) }

// seen is what is looked at of a report's JSON.
type seen struct {
	Scenario Scenario
	Facts    struct {
		Namespaces   Namespaces
		Cgroup       Cgroup
		Capabilities struct{ Effective []string }
		Process      Process
	}
	Features []Feature
}

func (s *seen) feature(name FeatureName) Feature {
	i := slices.IndexFunc(s.Features, func(f Feature) bool { return f.Name == name })
	return s.Features[i]
}

// off are the features that are off, with everything said about them.
func (s *seen) off() map[FeatureName]string {
	off := make(map[FeatureName]string)
	for _, f := range s.Features {
		if !f.On {
			off[f.Name] = f.Reason + ": " + strings.Join(f.Add, " ")
		}
	}
	return off
}

// look runs a command that ends in the test binary, which reports on where it is.
func look(t *testing.T, cmd *exec.Cmd, cgroupPath string, env ...string) *seen {
	t.Helper()
	cmd.Env = append(append(os.Environ(), cgroupVariable+"=at:"+cgroupPath), env...)
	cmd.Dir = "/"
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", &stderr)
	s := new(seen)
	require.NoError(t, json.Unmarshal(out, s), "%s", out)
	return s
}

// wholeHost is the report of root as the test runs, which other places are compared with.
func wholeHost(t *testing.T) Report {
	t.Helper()
	testkit.Root(t)
	testkit.CgroupRoot(t)
	r := Here("")
	if r.Scenario != OnHost && r.Scenario != NodeAgent {
		testkit.Without(t, "needs root of the host's namespaces, this is: %s", r.Summary())
	}
	return r
}

// publicCopy is the test binary where every user can run it.
func publicCopy(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	program, err := os.ReadFile(self)
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "beyla-preflight")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, "helper")
	require.NoError(t, os.WriteFile(path, program, 0o755))
	return path
}

// TestCapabilities runs with exactly these capabilities, as a user and as root: what is off, and that
// the line to add names the capability that the next row has.
func TestCapabilities(t *testing.T) {
	base := wholeHost(t)
	program := publicCopy(t)
	socket := []FeatureName{Socket, WholeHost, Processes, Executables, Parents, States, OwnSockets}
	tracing := []FeatureName{Processes, Executables, Parents, States}
	for _, c := range []struct {
		name         string
		capabilities []uintptr
		scenario     Scenario
		off          []FeatureName
		names        map[FeatureName]string
	}{
		{"none", nil, Unprivileged, append(socket, Interface), map[FeatureName]string{Socket: "NET_ADMIN", Interface: "NET_RAW", Executables: "SYS_PTRACE"}},
		{"BPF", []uintptr{unix.CAP_BPF}, Unprivileged, append(socket, Interface), map[FeatureName]string{Socket: "NET_ADMIN"}},
		{"NET_ADMIN", []uintptr{unix.CAP_NET_ADMIN}, Unprivileged, append(socket, Interface), map[FeatureName]string{Socket: "BPF"}},
		{"NET_RAW", []uintptr{unix.CAP_NET_RAW}, Unprivileged, socket, nil},
		{"BPF, NET_ADMIN", []uintptr{unix.CAP_BPF, unix.CAP_NET_ADMIN}, base.Scenario, tracing,
			map[FeatureName]string{Processes: "PERFMON", Parents: "PERFMON", States: "PERFMON", Executables: "SYS_PTRACE"}},
		{"and PERFMON", []uintptr{unix.CAP_BPF, unix.CAP_NET_ADMIN, unix.CAP_PERFMON}, base.Scenario,
			[]FeatureName{Executables}, map[FeatureName]string{Executables: "SYS_PTRACE"}},
		{"and SYS_PTRACE", []uintptr{unix.CAP_BPF, unix.CAP_NET_ADMIN, unix.CAP_PERFMON, unix.CAP_SYS_PTRACE}, base.Scenario, nil, nil},
	} {
		for _, uid := range []uint32{65534, 0} {
			t.Run(c.name+" as user "+strconv.Itoa(int(uid)), func(t *testing.T) {
				got := look(t, exact(t, program, uid, c.capabilities), "")
				assert.Equal(t, c.scenario, got.Scenario)
				assert.EqualValues(t, uid, got.Facts.Process.UID)
				assert.Len(t, got.Facts.Capabilities.Effective, len(c.capabilities))
				off := got.off()
				assert.ElementsMatch(t, c.off, slices.Collect(maps.Keys(off)), "%v", off)
				for feature, word := range c.names {
					assert.Contains(t, strings.Join(got.feature(feature).Add, " "), word)
				}
			})
		}
	}
}

// exact runs the program with these capabilities: ambient ones of a user, or
// the bounding set of root.
func exact(t *testing.T, program string, uid uint32, capabilities []uintptr) *exec.Cmd {
	if uid == 0 {
		testkit.Need(t, "setpriv")
		bounding := "-all"
		for _, c := range capabilities {
			bounding += ",+" + strings.ToLower(Capability(c).Short())
		}
		return exec.Command("setpriv", "--bounding-set="+bounding, "--inh-caps=-all", program)
	}
	cmd := exec.Command(program)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: uid, Gid: uid}, AmbientCaps: capabilities,
	}
	return cmd
}

// TestPlaces reports from namespaces and cgroups of its own.
func TestPlaces(t *testing.T) {
	base := wholeHost(t)
	testkit.Need(t, "unshare")
	self, err := os.Executable()
	require.NoError(t, err)
	run := func(t *testing.T, cgroupPath, env string, unshare ...string) *seen {
		return look(t, exec.Command("unshare", append(unshare, self)...), cgroupPath, env)
	}
	none := map[FeatureName]string{}
	t.Run("here", func(t *testing.T) {
		got := look(t, exec.Command(self), "")
		assert.Equal(t, base.Scenario, got.Scenario)
		assert.Equal(t, none, got.off())
	})
	t.Run("network namespace", func(t *testing.T) {
		got := run(t, "", "KUBERNETES_SERVICE_HOST=10.0.0.1", "--mount", "--net")
		assert.Equal(t, NodeAgentOwnNetwork, got.Scenario)
		assert.Equal(t, map[FeatureName]string{Interface: "this network namespace has other interfaces than the host: hostNetwork: true"}, got.off())
	})
	t.Run("pid namespace", func(t *testing.T) {
		got := run(t, "", "KUBERNETES_SERVICE_HOST=10.0.0.1", "--pid", "--fork", "--mount-proc")
		assert.Equal(t, NodeAgentOwnPID, got.Scenario)
		assert.Equal(t, PlaceHost, got.Facts.Namespaces.Network.Place, "told although /proc/1 is another process")
		assert.Equal(t, map[FeatureName]string{Executables: "/proc shows this pid namespace only: hostPID: true"}, got.off())
	})
	t.Run("pid namespace without CAP_PERFMON", func(t *testing.T) {
		got := look(t, exec.Command("unshare", "--pid", "--fork", "--mount-proc", "setpriv",
			"--bounding-set=-all,+bpf,+net_admin", "--inh-caps=-all", self), "")
		assert.Equal(t, NodeAgentOwnPID, got.Scenario)
		assert.Contains(t, got.off()[OwnSockets], "cannot tell its number")
		assert.Contains(t, got.off()[OwnSockets], "PERFMON")
	})
	t.Run("user namespace", func(t *testing.T) {
		if out, err := exec.Command("unshare", "--user", "--map-root-user", "true").CombinedOutput(); err != nil {
			testkit.Without(t, "needs user namespaces: %s", out)
		}
		got := run(t, "", "KUBERNETES_SERVICE_HOST=10.0.0.1", "--user", "--map-root-user", "--mount")
		assert.Equal(t, Unprivileged, got.Scenario)
		assert.Equal(t, "capabilities of a user namespace do not count: hostUsers: true", got.off()[Socket])
	})
}

func TestCgroups(t *testing.T) {
	base := wholeHost(t)
	testkit.Need(t, "unshare", "mount", "umount")
	self, err := os.Executable()
	require.NoError(t, err)
	group := testkit.NewCgroup(t, "beyla-preflight-"+strconv.Itoa(os.Getpid()))
	// inside runs a script in the cgroup, in cgroup and mount namespaces of its own.
	inside := func(t *testing.T, script string) *seen {
		enter := `echo $$ >"$0"/cgroup.procs && exec unshare --cgroup --mount sh -c '` + script + ` && exec "$0"' "$1"`
		return look(t, exec.Command("sh", "-ec", enter, group.Path, self), "", "KUBERNETES_SERVICE_HOST=10.0.0.1")
	}
	t.Run("configured subtree", func(t *testing.T) {
		got := look(t, exec.Command(self), group.Path)
		assert.Equal(t, Sidecar, got.Scenario)
		assert.Equal(t, group.ID(t), got.Facts.Cgroup.ID)
		assert.Equal(t, map[FeatureName]string{
			WholeHost: "capture.cgroup_path " + group.Path + " is a subtree: capture: {cgroup_path: " + base.Facts.Cgroup.Path + "}",
		}, got.off())
	})
	t.Run("own cgroup only", func(t *testing.T) {
		got := inside(t, "umount -l "+base.Facts.Cgroup.Path+" && mount -t cgroup2 none "+base.Facts.Cgroup.Path)
		assert.Equal(t, Sidecar, got.Scenario)
		assert.Equal(t, PlaceOwn, got.Facts.Namespaces.Cgroup.Place)
		assert.Equal(t, "/", got.Facts.Cgroup.Own, "as if it were the root")
		assert.Equal(t, group.ID(t), got.Facts.Cgroup.ID)
		assert.Contains(t, got.off()[WholeHost], base.Facts.Cgroup.Path+" is this container's own cgroup: volumes: [{name: cgroup, hostPath: {path: /sys/fs/cgroup}}]")
	})
	t.Run("the host's beside", func(t *testing.T) {
		got := inside(t, "true")
		assert.Equal(t, NodeAgent, got.Scenario)
		assert.Empty(t, got.off())
	})
}

// TestNothingStays: what was opened is closed.
func TestNothingStays(t *testing.T) {
	wholeHost(t)
	count := func() int {
		fds, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(fds)
	}
	before := count()
	r := Here("")
	require.True(t, r.Feature(Socket).On)
	assert.Equal(t, before, count())
}
