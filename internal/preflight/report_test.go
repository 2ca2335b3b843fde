package preflight

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const every = CapabilitySet(1<<BPF | 1<<NetAdmin | 1<<Perfmon | 1<<SysPtrace | 1<<NetRaw)

// facts are those of root on a host, changed.
func facts(change ...func(*Facts)) Facts {
	host := func(inode uint64) Namespace { return Namespace{Place: PlaceHost, Inode: inode} }
	f := Facts{
		Kernel:      Kernel{Release: "6.12.1", Arch: "x86_64", BTF: true, Lockdown: "none"},
		Environment: Host,
		Namespaces: Namespaces{
			Network: host(4026531840), PID: host(initPID), User: host(initUser), Cgroup: host(initCgroup), Mount: host(4026531841),
		},
		Cgroup: Cgroup{
			Path: "/sys/fs/cgroup", ID: 1, Root: true, Own: "/system.slice/otelcol.service",
			Mounts: []CgroupMount{{Path: "/sys/fs/cgroup", ID: 1, Root: true}},
		},
		Process:      Process{Seccomp: "off", Memlock: 8 << 20, SeesInit: true},
		Capabilities: Capabilities{Effective: every, Permitted: every, Bounding: every},
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

// inPod is a pod of Kubernetes with all of the host but its mounts.
func inPod(f *Facts) {
	f.Environment = Kubernetes
	f.Namespaces.Mount = Namespace{Place: PlaceOwn, Inode: 4026532499}
	f.Namespaces.Cgroup = Namespace{Place: PlaceOwn, Inode: 4026532501}
	f.Process.Seccomp = "filter"
	f.Cgroup.Own, f.Cgroup.Path = "/", "/host/cgroup"
	f.Cgroup.Mounts = []CgroupMount{{Path: "/sys/fs/cgroup", ID: 4711}, {Path: "/host/cgroup", ID: 1, Root: true}}
}

// inContainer is one of docker's, with the same.
func inContainer(f *Facts) {
	inPod(f)
	f.Environment = Container
}

func ownNetwork(f *Facts) { f.Namespaces.Network = Namespace{Place: PlaceOwn, Inode: 4026532500} }
func ownPID(f *Facts)     { f.Namespaces.PID = Namespace{Place: PlaceOwn, Inode: 4026532502} }
func ownUser(f *Facts)    { f.Namespaces.User = Namespace{Place: PlaceOwn, Inode: 4026532503} }

// ownCgroups mounts nothing of the host.
func ownCgroups(f *Facts) {
	f.Cgroup = Cgroup{Path: "/sys/fs/cgroup", ID: 4711, Own: "/", Mounts: []CgroupMount{{Path: "/sys/fs/cgroup", ID: 4711}}}
}

// granted leaves these capabilities, in all sets.
func granted(all CapabilitySet) func(*Facts) {
	return func(f *Facts) { f.Capabilities = Capabilities{Effective: all, Permitted: all, Bounding: all} }
}

// user is not root, and holds what is ambient or a file's.
func user(uid int, effective CapabilitySet) func(*Facts) {
	return func(f *Facts) {
		f.Process.UID, f.Capabilities.Effective, f.Capabilities.Permitted = uid, effective, effective
	}
}

func all() Attempt {
	return Attempt{Threads: true, Report: tap.Report{
		Owners: tap.RungTracepoint, States: true, OwnSockets: true, Readers: true, Writers: true,
	}}
}

// packetsOnly is what the kernel says without CAP_PERFMON.
func packetsOnly() Attempt {
	denied := errors.New("load: operation not permitted\nand a log")
	a := Attempt{Threads: true, Report: tap.Report{Owners: tap.RungNone, OwnSockets: true}}
	for _, feature := range []string{
		"readers by tp_btf", "owner hooks by tp_btf", "readers by fexit", "owner hooks by fexit",
		"readers by kprobe", "owner hooks by kprobe", "socket states by tp_btf",
	} {
		a.Report.Missing = append(a.Report.Missing, tap.Missing{Feature: feature, Err: denied})
	}
	return a
}

func denied() Attempt {
	return Attempt{Err: errors.New("use socket storage: operation not permitted"), Denied: true, Threads: true}
}

// off is a feature's reason and lines.
type off struct {
	reason string
	add    []string
}

func add(reason string, lines ...string) off { return off{reason, lines} }

type situation struct {
	facts   Facts
	attempt Attempt
	want    Scenario
	off     map[FeatureName]off
}

// situations are the rows of the scenarios' table and what may go wrong in them.
func situations() map[string]situation {
	const (
		socketOff   = "the socket source is off"
		noInterface = "this network namespace has other interfaces than the host"
		perfmon     = "CAP_PERFMON not effective"
	)
	addPerfmon := "securityContext: {capabilities: {add: [PERFMON]}}"
	ambient := func(reason, list string) off { return add(reason, "AmbientCapabilities="+list) }
	return map[string]situation{
		"host":       {facts(), all(), OnHost, nil},
		"node agent": {facts(inPod), all(), NodeAgent, nil},
		"node agent without hostNetwork": {facts(inPod, ownNetwork), all(), NodeAgentOwnNetwork, map[FeatureName]off{
			Interface: add(noInterface, "hostNetwork: true"),
		}},
		"node agent without hostPID": {facts(inPod, ownNetwork, ownPID), all(), NodeAgentOwnPID, map[FeatureName]off{
			Executables: add("/proc shows this pid namespace only", "hostPID: true"),
			Interface:   add(noInterface, "hostNetwork: true"),
		}},
		"node agent with two capabilities": {facts(inPod, granted(1<<BPF|1<<NetAdmin)), packetsOnly(), NodeAgent, map[FeatureName]off{
			Processes:   add(perfmon, addPerfmon),
			Executables: add("processes are off; CAP_SYS_PTRACE not effective", "securityContext: {capabilities: {add: [PERFMON, SYS_PTRACE]}}"),
			Parents:     add(perfmon, addPerfmon),
			States:      add(perfmon, addPerfmon),
		}},
		"sidecar, asked for": {facts(inPod, ownNetwork, ownPID, ownCgroups, func(f *Facts) { f.Cgroup.Configured = true }), all(), Sidecar, map[FeatureName]off{
			WholeHost: add("capture.cgroup_path /sys/fs/cgroup is a subtree",
				"volumes: [{name: cgroup, hostPath: {path: /sys/fs/cgroup}}], volumeMounts: [{name: cgroup, mountPath: /host/cgroup, readOnly: true}]"),
			Executables: add("/proc shows this pid namespace only", "hostPID: true"),
			Interface:   add(noInterface, "hostNetwork: true"),
		}},
		"sidecar, the host's cgroups mounted": {facts(func(f *Facts) {
			f.Cgroup.Path, f.Cgroup.Root, f.Cgroup.Configured = "/sys/fs/cgroup/a.slice", false, true
		}), all(), Sidecar, map[FeatureName]off{
			WholeHost: add("capture.cgroup_path /sys/fs/cgroup/a.slice is a subtree", "capture: {cgroup_path: /sys/fs/cgroup}"),
		}},
		"a container that sees its own cgroup": {facts(inContainer, ownNetwork, ownCgroups), all(), Sidecar, map[FeatureName]off{
			WholeHost: add("/sys/fs/cgroup is this container's own cgroup", "-v /sys/fs/cgroup:/host/cgroup:ro"),
			Interface: add(noInterface, "--network=host"),
		}},
		"no privilege, on the host": {facts(user(1000, 0)), denied(), Unprivileged, map[FeatureName]off{
			Socket:      ambient("CAP_BPF and CAP_NET_ADMIN not effective for user 1000", "CAP_BPF CAP_NET_ADMIN"),
			WholeHost:   ambient(socketOff, "CAP_BPF CAP_NET_ADMIN"),
			Processes:   ambient(socketOff+"; CAP_PERFMON not effective for user 1000", "CAP_BPF CAP_NET_ADMIN CAP_PERFMON"),
			Executables: ambient("processes are off; CAP_SYS_PTRACE not effective for user 1000", "CAP_BPF CAP_NET_ADMIN CAP_PERFMON CAP_SYS_PTRACE"),
			Parents:     ambient(socketOff+"; CAP_PERFMON not effective for user 1000", "CAP_BPF CAP_NET_ADMIN CAP_PERFMON"),
			States:      ambient(socketOff+"; CAP_PERFMON not effective for user 1000", "CAP_BPF CAP_NET_ADMIN CAP_PERFMON"),
			OwnSockets:  ambient(socketOff, "CAP_BPF CAP_NET_ADMIN"),
			Interface:   ambient("CAP_NET_RAW not effective for user 1000", "CAP_NET_RAW"),
		}},
	}
}

// offIn are the features that are off, as a table writes them.
func offIn(r *Report) map[FeatureName]off {
	got := make(map[FeatureName]off)
	for _, f := range r.Off(FeatureNames()...) {
		got[f.Name] = off{f.Reason, f.Add}
	}
	return got
}

func TestScenarios(t *testing.T) {
	for name, s := range situations() {
		t.Run(name, func(t *testing.T) {
			r := Build(s.facts, s.attempt)
			assert.Equal(t, s.want, r.Scenario)
			if s.off == nil {
				s.off = map[FeatureName]off{}
			}
			assert.Equal(t, s.off, offIn(&r))
			assert.Len(t, r.Features, len(FeatureNames()))
			assert.Less(t, strings.Count(r.Text(), "\n")+1, 40)
			assert.NotContains(t, r.Summary(), "\n")
			golden(t, strings.NewReplacer(" ", "-", ",", "", "'", "").Replace(name)+".txt", r.Text()+"\n")
		})
	}
}

// golden compares with a file of testdata, which -update writes.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if testkit.Update() {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with -update")
	assert.Equal(t, string(want), got)
}

func TestJSON(t *testing.T) {
	b, err := json.MarshalIndent(Build(facts(inPod, ownNetwork, granted(1<<BPF|1<<NetAdmin)), packetsOnly()), "", "  ")
	require.NoError(t, err)
	golden(t, "report.json", string(b)+"\n")
}

func TestSummary(t *testing.T) {
	r := Build(facts(inPod, ownNetwork), all())
	assert.Equal(t, "node agent without hostNetwork; on: socket, host, processes, executables, parents, states, own_sockets, pcap; off: interface", r.Summary())
	r = Build(facts(), all())
	assert.Equal(t, "a service of the host; on: socket, host, processes, executables, parents, states, own_sockets, interface, pcap", r.Summary())
}

func TestLinesJoinsCapabilities(t *testing.T) {
	r := Build(facts(inPod, ownPID, granted(1<<NetAdmin)), denied())
	assert.Equal(t, []string{"securityContext: {capabilities: {add: [BPF, PERFMON, SYS_PTRACE]}}", "hostPID: true"},
		r.Lines(r.Off(Processes, Executables, States)))
	assert.Empty(t, r.Lines(r.Off(Pcap)))
	assert.Equal(t, Feature{}, r.Feature("nothing"))
}
