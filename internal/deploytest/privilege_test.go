package deploytest

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const noPrivilege = "missing privilege: the socket source needs CAP_BPF and CAP_NET_ADMIN"

// The sets of docs/deployment.md, each with all of the one before.
var (
	sockets     = []string{"bpf", "net_admin"}
	processes   = append(sockets[:2:2], "perfmon")
	executables = append(processes[:3:3], "sys_ptrace")
)

func TestPrivilege(t *testing.T) {
	s := newSuite(t)
	t.Run("capabilities", func(t *testing.T) { capabilities(t, s) })
	t.Run("confined", func(t *testing.T) { confined(t, s) })
	t.Run("dropped after the start", func(t *testing.T) { dropped(t, s) })
	t.Run("file capabilities", func(t *testing.T) { fileCapabilities(t, s) })
	t.Run("system calls", func(t *testing.T) { systemCalls(t, s) })
}

// capabilities: with exactly each set of capabilities the collector gives what
// the table in docs/deployment.md says, and with too few of them one readable sentence.
func capabilities(t *testing.T, s *suite) {
	for name, caps := range map[string][]string{"none": nil, "CAP_BPF": {"bpf"}, "CAP_NET_ADMIN": {"net_admin"},
		"CAP_PERFMON, CAP_SYS_PTRACE, CAP_NET_RAW": {"perfmon", "sys_ptrace", "net_raw"}} {
		t.Run(name, func(t *testing.T) {
			s.start(t, box{uid: nobody, caps: caps}, "").refused(t, noPrivilege)
		})
	}
	open := openShop(t)
	for name, c := range map[string]struct {
		caps []string
		want func(*testing.T, *shop, hops, int)
	}{
		"CAP_BPF, CAP_NET_ADMIN":                              {sockets, byContainer},
		"CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON":                 {processes, byProcess},
		"CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_PTRACE": {executables, byExecutable},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.start(t, box{uid: nobody, caps: c.caps}, open.rules(t)).ready(t)
			pid := open.visit(t)
			c.want(t, open, a.hops(t, open), pid)
		})
	}
}

// dropped: once it has started, the collector goes on without the capabilities that
// starting took, also after a reload.
func dropped(t *testing.T, s *suite) {
	open := openShop(t)
	a := s.start(t, box{uid: nobody, caps: executables}, "{drop_capabilities: true, "+open.rules(t)[1:]).ready(t)
	effective := func() uint64 {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(a.PID()) + "/status")
		require.NoError(t, err)
		m := regexp.MustCompile(`CapEff:\s+([0-9a-f]+)`).FindSubmatch(status)
		require.NotNil(t, m)
		bits, err := strconv.ParseUint(string(m[1]), 16, 64)
		require.NoError(t, err)
		return bits
	}
	assert.Equal(t, uint64(1)<<unix.CAP_SYS_PTRACE, effective())
	require.NoError(t, unix.Kill(a.PID(), unix.SIGHUP))
	testkit.Poll(t, patience, "the collector to be ready again", func() bool { return strings.Count(a.Output(), ready) == 2 })
	assert.Equal(t, uint64(1)<<unix.CAP_SYS_PTRACE, effective())
	pid := open.visit(t)
	byExecutable(t, open, a.hops(t, open), pid)
}

// containers checks what no capability beyond the first two is needed for: whose
// container it was, and which of two spans of one connection is the other's parent.
func containers(t *testing.T, h hops) {
	t.Helper()
	assert.Equal(t, clientID, h.client.Resource["container.id"])
	assert.Equal(t, frontID, h.front.Resource["container.id"])
	assert.Equal(t, frontID, h.upstream.Resource["container.id"])
	assert.Equal(t, backID, h.back.Resource["container.id"])
	assert.Equal(t, podUID, h.front.Resource["k8s.pod.uid"])
	assert.Equal(t, h.client.SpanID, h.front.Parent, "the two ends of a connection")
	assert.Equal(t, h.upstream.SpanID, h.back.Parent, "the two ends of a connection")
	assert.Equal(t, "flow", h.front.Str("beyla.parent.evidence"))
}

// byContainer is without CAP_PERFMON: nobody knows which process it was.
func byContainer(t *testing.T, _ *shop, h hops, _ int) {
	t.Helper()
	containers(t, h)
	for _, one := range []testkit.Span{h.client, h.front, h.upstream, h.back} {
		assert.NotContains(t, one.Resource, "process.pid")
	}
	assert.Empty(t, h.upstream.Parent, "what the proxy had in hand is not known")
}

// byProcess adds processes, and parents from what a process had in hand.
func byProcess(t *testing.T, s *shop, h hops, pid int) {
	t.Helper()
	hands(t, s, h, pid)
	assert.Equal(t, "curl", h.client.Service, "from the command line: the environment is another user's")
	assert.NotContains(t, h.front.Resource, "process.executable.path")
}

// byExecutable adds what stands in links and environments of other users' processes.
func byExecutable(t *testing.T, s *shop, h hops, pid int) {
	t.Helper()
	hands(t, s, h, pid)
	assert.Equal(t, "nginx", filepath.Base(h.front.Resource["process.executable.path"].(string)))
}

func hands(t *testing.T, s *shop, h hops, pid int) {
	t.Helper()
	containers(t, h)
	assert.EqualValues(t, pid, h.client.Resource["process.pid"])
	assert.Equal(t, worker(t, s.front), h.front.Resource["process.pid"])
	assert.Equal(t, worker(t, s.back), h.back.Resource["process.pid"])
	assert.Equal(t, h.front.SpanID, h.upstream.Parent, "the request that the proxy had in hand")
	assert.Equal(t, "request_id", h.upstream.Str("beyla.parent.evidence"))
	assert.Equal(t, h.client.TraceID, h.back.TraceID, "one trace")
}

// confined: the collector does all that its capabilities allow as another user or
// as a root that is none, with no way to more of them, nothing to write to and few system calls.
func confined(t *testing.T, s *suite) {
	open := openShop(t)
	for name, b := range map[string]box{
		"ambient capabilities, as of systemd": {uid: nobody, caps: executables, noNewPrivs: true, readOnly: true, profile: s.shipped},
		"uid 0, as of Kubernetes":             {uid: 0, caps: executables, noNewPrivs: true, readOnly: true, profile: s.shipped},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.start(t, b, "{drop_capabilities: true, "+open.rules(t)[1:]).ready(t)
			pid := open.visit(t)
			byExecutable(t, open, a.hops(t, open), pid)
		})
	}
}

// fileCapabilities: what a container runtime adds reaches users other than root only through
// the executable's own capabilities. Under no_new_privs (allowPrivilegeEscalation: false) these
// give no more than the runtime left in the permitted set: all of it with containerd and CRI-O, nothing
// with docker, which fills the bounding set only (capabilities(7), commit_creds in security/commoncap.c).
func fileCapabilities(t *testing.T, s *suite) {
	open := openShop(t)
	with := box{uid: nobody, caps: executables, noAmbient: true, exe: s.capable(t)}
	sees := func(b box) func(*testing.T) {
		return func(t *testing.T) {
			a := s.start(t, b, open.rules(t)).ready(t)
			pid := open.visit(t)
			byExecutable(t, open, a.hops(t, open), pid)
		}
	}
	refuses := func(b box, says string) func(*testing.T) {
		return func(t *testing.T) { s.start(t, b, "").refused(t, says) }
	}
	t.Run("kubernetes", sees(with))
	plain, locked, docker, lockedDocker, fewer := with, with, with, with, with
	plain.exe = ""
	t.Run("kubernetes, without file capabilities", refuses(plain, noPrivilege))
	locked.noNewPrivs, locked.readOnly = true, true
	t.Run("kubernetes, allowPrivilegeEscalation: false", sees(locked))
	docker.boundingOnly = true
	t.Run("docker", sees(docker))
	lockedDocker.boundingOnly, lockedDocker.noNewPrivs = true, true
	t.Run("docker, no-new-privileges", refuses(lockedDocker, noPrivilege))
	fewer.caps = processes
	t.Run("one not granted", refuses(fewer, "Operation not permitted")) // execve(2): the program does not even start
}

// capable is a copy of the collector with what setcap cap_bpf,cap_net_admin,cap_perfmon,cap_sys_ptrace+ep
// leaves: struct vfs_cap_data, version 2, of include/uapi/linux/capability.h.
func (s *suite) capable(t *testing.T) string {
	t.Helper()
	program, err := os.ReadFile(s.collector)
	require.NoError(t, err)
	exe := filepath.Join(s.dir, "otelcol-beyla-caps")
	require.NoError(t, os.WriteFile(exe, program, 0o755))
	const version2, effective = 0x02000000, 1
	var permitted [2]uint32
	for _, c := range []int{unix.CAP_BPF, unix.CAP_NET_ADMIN, unix.CAP_PERFMON, unix.CAP_SYS_PTRACE} {
		permitted[c/32] |= 1 << (c % 32)
	}
	value := binary.LittleEndian.AppendUint32(nil, version2|effective)
	for _, word := range []uint32{permitted[0], 0, permitted[1], 0} {
		value = binary.LittleEndian.AppendUint32(value, word)
	}
	require.NoError(t, unix.Setxattr(exe, "security.capability", value, 0))
	return exe
}
