package deploytest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestScenarios builds the situations of docs/deployment.md, each with the least that it
// needs, and looks at what is seen from there.
func TestScenarios(t *testing.T) {
	s := newSuite(t)
	t.Run("node agent", func(t *testing.T) { nodeAgent(t, s) })
	t.Run("node agent without hostNetwork", func(t *testing.T) { ownNetwork(t, s) })
	t.Run("node agent without hostPID", func(t *testing.T) { ownPID(t, s) })
	t.Run("interface capture", func(t *testing.T) { interfaces(t, s) })
	t.Run("sidecar", func(t *testing.T) { sidecar(t, s) })
	t.Run("one executable", func(t *testing.T) { oneExecutable(t, s) })
	t.Run("no privilege", func(t *testing.T) { capture(t, s) })
}

// pod is how the manifests of the node agent start the collector: in a container of a pod of its own.
func pod(t *testing.T, s *suite) box {
	t.Helper()
	own := testkit.NewCgroup(t, testkit.KubernetesCgroup("0a1b2c3d-0000-4000-8000-00000000beef", strings.Repeat("5c", 32)))
	return box{uid: 0, caps: executables, noNewPrivs: true, readOnly: true, profile: s.shipped, cgroup: own}
}

// nodeAgent: with hostNetwork and hostPID.
func nodeAgent(t *testing.T, s *suite) {
	open := openShop(t)
	a := s.start(t, pod(t, s), open.rules(t)).ready(t)
	assert.Contains(t, a.Output(), "preflight: node agent with hostNetwork and hostPID")
	pid := open.visit(t)
	byExecutable(t, open, a.hops(t, open), pid)
}

// ownNetwork: from a network namespace with nothing in it but a loopback that is down, the
// collector sees the host's own sockets and those between two other namespaces, with
// processes, parents and the proxy's two hops told apart.
func ownNetwork(t *testing.T, s *suite) {
	open, pair := openShop(t), testkit.NewNetNSPair(t)
	far := testkit.StartNginx(t, testkit.NginxOptions{Place: pair.Server.Place(), Address: pair.Server.V4.String()})
	b := pod(t, s)
	b.net = testkit.NewNetNS(t)
	b.net.Run(t, "ip", "link", "set", "lo", "down")
	a := s.start(t, b, open.rules(t, far)).ready(t)
	assert.Contains(t, a.Output(), "preflight: node agent without hostNetwork")
	require.NotEqual(t, link(t, "self"), link(t, strconv.Itoa(a.PID())), "a network namespace of its own")

	pid := open.visit(t)
	byExecutable(t, open, a.hops(t, open), pid)
	pair.Client.Run(t, "curl", "--silent", "--fail", "--noproxy", "*", "--max-time", "20", far.URL+"/")
	both := a.at(t, far.Addr, 2)
	assert.Equal(t, both.Kind("Client").One(t).SpanID, both.Kind("Server").One(t).Parent)
	assert.Equal(t, pair.Client.V4.String(), both.Kind("Server").One(t).Str("client.address"))
}

// link is what names a process's network namespace.
func link(t *testing.T, process string) string {
	t.Helper()
	name, err := os.Readlink("/proc/" + process + "/ns/net")
	require.NoError(t, err)
	return name
}

// ownPID: from a pid namespace of its own the collector cannot look processes up. The
// kernel still tells it their numbers, names and containers, and parents stay.
func ownPID(t *testing.T, s *suite) {
	open := openShop(t)
	b := pod(t, s)
	b.ownPID = true
	a := s.start(t, b, open.rules(t)).ready(t)
	assert.Contains(t, a.Output(), "preflight: node agent without hostPID")
	pid := open.visit(t)
	h := a.hops(t, open)
	hands(t, open, h, pid)
	assert.Equal(t, "nginx", h.front.Resource["process.executable.name"])
	assert.NotContains(t, h.front.Resource, "process.executable.path")
	assert.Equal(t, "curl", h.client.Service)
}

// interfaces: what reads an interface has to be in its network namespace, and needs no
// other capability than its way of reading takes.
func interfaces(t *testing.T, s *suite) {
	for way, caps := range map[string][]string{"tcx": sockets, "clsact": sockets, "af_packet": {"net_raw"}} {
		t.Run(way, func(t *testing.T) {
			pair := testkit.NewNetNSPair(t)
			n := testkit.StartNginx(t, testkit.NginxOptions{Place: pair.Server.Place(), Address: pair.Server.V4.String()})
			b := pod(t, s)
			b.caps, b.net = caps, pair.Server
			a := s.start(t, b, "{capture: {source: interface, interface: {names: [eth0], way: "+way+"}}}").ready(t)
			pair.Client.Run(t, "curl", "--silent", "--fail", "--noproxy", "*", "--max-time", "20", n.URL+"/")
			server := a.at(t, n.Addr, 1).One(t)
			assert.Equal(t, "Server", server.Kind)
			assert.Equal(t, pair.Client.V4.String(), server.Str("client.address"))
			assert.NotContains(t, server.Resource, "process.pid")
		})
	}
}

// sidecar: the collector lives in a container of the pod and reads that pod's cgroup,
// which it found with the command of the example; nobody else's spans are made.
func sidecar(t *testing.T, s *suite) {
	open := openShop(t)
	own := testkit.NewCgroup(t, testkit.KubernetesCgroup(podUID, strings.Repeat("5c", 32)))
	found := findPod(t, own)
	require.Equal(t, filepath.Dir(own.Path), found, "the pod's cgroup")
	elsewhere := testkit.StartNginx(t, testkit.NginxOptions{
		Place: testkit.NewCgroup(t, testkit.KubernetesCgroup("00000000-1111-2222-3333-444444444444", strings.Repeat("6d", 32))).Place(),
	})
	b := box{uid: 0, caps: processes, noNewPrivs: true, readOnly: true, profile: s.shipped, ownPID: true}
	b.net, b.cgroup = testkit.NewNetNS(t), own
	a := s.start(t, b, "{capture: {cgroup_path: "+found+"}}").ready(t)
	assert.Contains(t, a.Output(), "preflight: sidecar or single service")
	curl := []string{"curl", "--silent", "--fail", "--noproxy", "*", "--max-time", "20", elsewhere.URL + "/"}
	open.client.Run(t, curl...)
	open.visit(t)
	front, back := a.at(t, open.front.Addr, 1).One(t), a.at(t, open.back.Addr, 2)
	assert.Equal(t, "Server", front.Kind, "the client is not the pod's")
	assert.Equal(t, frontID, front.Resource["container.id"])
	assert.Equal(t, back.Kind("Client").One(t).SpanID, back.Kind("Server").One(t).Parent)
	a.at(t, elsewhere.Addr, 0) // what comes later was seen
}

// findPod runs the command of the sidecar's init container in a cgroup namespace like a
// container's, and gives what it found.
func findPod(t *testing.T, own *testkit.Cgroup) string {
	t.Helper()
	dir := t.TempDir()
	find := filepath.Join(testkit.RepoRoot(t), "examples", "kubernetes", "sidecar", "find-pod-cgroup.sh")
	script := `mount -t cgroup2 none "$OWN_CGROUP" && exec sh "$0"`
	p := testkit.Start(t, testkit.Spec{
		Args:  []string{"unshare", "--mount", "--cgroup", "sh", "-c", script, find},
		Env:   []string{"OWN_CGROUP=" + dir, "HOST_CGROUP=" + testkit.CgroupRoot(t), "OUT=/dev/stdout"},
		Place: own.Place(),
	})
	require.NoError(t, p.Wait(t, patience), "%s", p.Output())
	return strings.TrimSpace(p.Output())
}

// oneExecutable: the view of one program in one container.
func oneExecutable(t *testing.T, s *suite) {
	open := openShop(t)
	a := s.start(t, pod(t, s), `{include: [{executable: "*/nginx", container_id: `+backID+`}]}`).ready(t)
	open.visit(t)
	assert.Equal(t, "Server", a.at(t, open.back.Addr, 1).One(t).Kind)
	a.Stop() // with all that it has
	a.at(t, open.front.Addr, 0)
}

// capture: a capture file takes no privilege at all.
func capture(t *testing.T, s *suite) {
	pcap := filepath.Join(s.dir, "http.pcap")
	packets, err := os.ReadFile(filepath.Join(testkit.RepoRoot(t), "examples", "pcap", "http.pcap"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(pcap, packets, 0o644))
	b := box{uid: nobody, noNewPrivs: true, readOnly: true, profile: s.shipped, ownPID: true}
	a := s.start(t, b, "{capture: {source: pcap, pcap: {path: "+pcap+", perspective: both}}}").ready(t)
	testkit.Poll(t, patience, "the spans of the capture", func() bool {
		return len(testkit.Flatten(testkit.ReadOTLPFile(t, a.spans))) == 8
	})
}
