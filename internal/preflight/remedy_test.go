package preflight

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// What is to be added depends on where privileges are written down, and on who needs them.
func TestCapabilityLines(t *testing.T) {
	const two = 1<<BPF | 1<<NetAdmin
	for name, c := range map[string]struct {
		facts Facts
		want  string
	}{
		"root of a pod":             {facts(inPod, granted(1<<NetAdmin)), "securityContext: {capabilities: {add: [BPF]}}"},
		"user of a pod":             {facts(inPod, granted(0), user(1000, 0)), "securityContext: {runAsUser: 0, capabilities: {add: [BPF, NET_ADMIN]}}"},
		"user of a pod that has it": {facts(inPod, granted(two), user(1000, 0)), "securityContext: {runAsUser: 0}"},
		"root of a container":       {facts(inContainer, granted(0)), "--cap-add BPF --cap-add NET_ADMIN"},
		"user of a container":       {facts(inContainer, granted(0), user(1000, 0)), "--user 0 --cap-add BPF --cap-add NET_ADMIN"},
		"root that gave them up":    {facts(user(0, 0)), "AmbientCapabilities=CAP_BPF CAP_NET_ADMIN"},
		"user of a host":            {facts(user(1000, 1<<BPF)), "AmbientCapabilities=CAP_NET_ADMIN"},
		"user namespace of a pod":   {facts(inPod, ownUser), "hostUsers: true"},
		"of a container":            {facts(inContainer, ownUser), "--userns=host"},
		"of a host":                 {facts(ownUser), "run it in the host's user namespace"},
	} {
		r := Build(c.facts, denied())
		assert.Equal(t, Unprivileged, r.Scenario, name)
		assert.Equal(t, []string{c.want}, r.Feature(Socket).Add, name)
	}
}

func TestSocketSourceOff(t *testing.T) {
	kernel := Attempt{Err: errors.New("create the maps: no ring buffers\nlog"), Threads: true}
	for name, c := range map[string]struct {
		facts   Facts
		attempt Attempt
		want    Scenario
		off     off
	}{
		"seccomp": {facts(inPod), denied(), Unprivileged, add(
			"refused although the capabilities are there, seccomp filters system calls: use socket storage: operation not permitted",
			"securityContext: {seccompProfile: {type: Unconfined}}, or a profile that allows bpf")},
		"refused for no reason that is seen": {facts(), denied(), Unprivileged, add("use socket storage: operation not permitted")},
		"kernel":                             {facts(), kernel, Unsupported, add("create the maps: no ring buffers")},
		"configured cgroup": {facts(func(f *Facts) { f.Cgroup = Cgroup{Path: "/x", Configured: true, Error: "/x: no"} }), kernel, Unsupported,
			add("/x: no", "capture: {cgroup_path: a cgroup v2 folder}")},
		"no cgroup v2, no capability": {facts(granted(0), func(f *Facts) { f.Cgroup = Cgroup{Error: "none"} }), kernel, Unsupported,
			add("none; CAP_BPF and CAP_NET_ADMIN not effective", "AmbientCapabilities=CAP_BPF CAP_NET_ADMIN",
				"mount -t cgroup2 none /mnt/cgroup, in the host's cgroup namespace")},
	} {
		r := Build(c.facts, c.attempt)
		assert.Equal(t, c.want, r.Scenario, name)
		assert.Equal(t, c.off, offIn(&r)[Socket], name)
		assert.True(t, r.Feature(Pcap).On, name)
		assert.Equal(t, Refused, r.Answers[0].Answer, name)
		for _, feature := range []FeatureName{WholeHost, Processes, Executables, Parents, States, OwnSockets} {
			assert.False(t, r.Feature(feature).On, "%s: %s", name, feature)
		}
	}
}

// With CAP_PERFMON it is the kernel that refuses.
func TestKernelRefusesTracing(t *testing.T) {
	lockdown := facts(func(f *Facts) { f.Kernel.Lockdown = "confidentiality" })
	noBTF := facts(func(f *Facts) { f.Kernel.BTF = false })
	const why = "load: operation not permitted"
	for name, c := range map[string]struct {
		facts   Facts
		feature FeatureName
		want    off
	}{
		"locked down": {lockdown, Processes, add("the kernel is locked down: "+why, "lockdown=integrity on the kernel's command line")},
		"no BTF":      {noBTF, States, add("the kernel has no BTF: "+why, "a kernel with CONFIG_DEBUG_INFO_BTF=y")},
		"no hooks":    {facts(), Processes, add("the kernel refuses: "+why, "a kernel with tp_btf, fexit or kprobes")},
		"no readers":  {facts(), Parents, add("the kernel refuses: " + why)},
	} {
		r := Build(c.facts, packetsOnly())
		assert.Equal(t, c.want, offIn(&r)[c.feature], name)
	}
	a := all()
	a.Report.Writers, a.Report.Missing = false, []tap.Missing{{Feature: "writers", Err: errors.New("load beyla_egress: invalid argument")}}
	r := Build(facts(), a)
	assert.Equal(t, map[FeatureName]off{Parents: add("the kernel refuses: load beyla_egress: invalid argument")}, offIn(&r))
	a = all()
	a.Threads, a.Report.Readers, a.Report.Writers = false, false, false
	r = Build(facts(), a)
	assert.Equal(t, map[FeatureName]off{Parents: add("not asked for", "correlation: {threads: true}")}, offIn(&r))
}

func TestExecutables(t *testing.T) {
	sealed := func(label string) func(*Facts) {
		return func(f *Facts) { f.Process.SeesInit, f.Process.Label = false, label }
	}
	const unread = "/proc/1/exe cannot be read although CAP_SYS_PTRACE is effective: this process is confined as "
	for name, c := range map[string]struct {
		facts Facts
		want  map[FeatureName]off
	}{
		"AppArmor": {facts(inPod, sealed("cri-containerd.apparmor.d (enforce)")),
			map[FeatureName]off{Executables: add(unread+"cri-containerd.apparmor.d (enforce)", "securityContext: {appArmorProfile: {type: Unconfined}}")}},
		"SELinux": {facts(inContainer, sealed("system_u:system_r:container_t:s0:c1,c2")),
			map[FeatureName]off{Executables: add(unread+"system_u:system_r:container_t:s0:c1,c2", "--security-opt label=disable")}},
		"unconfined":              {facts(sealed("unconfined")), map[FeatureName]off{}},
		"a first process of note": {facts(sealed("")), map[FeatureName]off{}},
		"hidepid": {facts(granted(every&^(1<<SysPtrace)), func(f *Facts) { f.Process.HidePID = "2" }),
			map[FeatureName]off{Executables: add("CAP_SYS_PTRACE not effective; /proc hides other users' processes (hidepid=2)", "AmbientCapabilities=CAP_SYS_PTRACE")}},
	} {
		r := Build(c.facts, all())
		assert.Equal(t, c.want, offIn(&r), name)
	}
}

func TestOwnSockets(t *testing.T) {
	without := func(feature string) Attempt {
		a := all()
		a.Report.OwnSockets = feature != "own sockets by cgroup/sock_create"
		a.Report.Missing = []tap.Missing{{Feature: feature, Err: errors.New("no")}}
		return a
	}
	const number = "those made after the start are not: the collector cannot tell its number in the host's pid namespace"
	r := Build(facts(inPod, ownPID), without("own process number"))
	assert.Equal(t, add(number, "hostPID: true"), offIn(&r)[OwnSockets])
	r = Build(facts(inPod, ownPID, granted(1<<BPF|1<<NetAdmin)), without("own process number"))
	assert.Equal(t, add(number, "securityContext: {capabilities: {add: [PERFMON]}}"), offIn(&r)[OwnSockets])
	r = Build(facts(), without("own sockets by cgroup/sock_create"))
	assert.Equal(t, map[FeatureName]off{OwnSockets: add("the kernel refuses: no")}, offIn(&r))
}

func TestInterface(t *testing.T) {
	for capabilities, on := range map[CapabilitySet]bool{
		1 << NetRaw: true, 1<<BPF | 1<<NetAdmin: true, 1<<SysAdmin | 1<<NetAdmin: true, 1 << NetAdmin: false, 1 << BPF: false,
	} {
		r := Build(facts(granted(capabilities)), denied())
		assert.Equal(t, on, r.Feature(Interface).On, "%b", capabilities)
	}
}

func TestAnswers(t *testing.T) {
	a := all()
	a.Report.Owners, a.Report.Missing = tap.RungFexit, []tap.Missing{
		{Feature: "readers by tp_btf", Err: errors.New("1")}, {Feature: "owner hooks by tp_btf", Err: errors.New("2")},
	}
	assert.Equal(t, []Step{
		{Name: "packets", Answer: Accepted}, {Name: "tp_btf", Answer: Refused, Error: "2"}, {Name: "fexit", Answer: Accepted},
		{Name: "kprobe", Answer: NotTried}, {Name: "readers", Answer: Accepted}, {Name: "writers", Answer: Accepted},
		{Name: "socket_states", Answer: Accepted}, {Name: "own_sockets", Answer: Accepted},
	}, a.steps())
}

func TestOneLine(t *testing.T) {
	assert.Equal(t, "a", oneLine(errors.New("a\nb")))
	long := make([]byte, 2*longestError)
	for i := range long {
		long[i] = "é"[i%2]
	}
	assert.Len(t, oneLine(errors.New(string(long))), longestError+len("..."))
}
