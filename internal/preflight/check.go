package preflight

import (
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// The checks note what keeps a feature off.

func checkSocket(g *gaps, a *Attempt) {
	c := &g.facts.Cgroup
	switch {
	case a.Err == nil:
		return
	case c.Error == "":
	case c.Configured:
		g.same(c.Error, "capture: {cgroup_path: a cgroup v2 folder}")
	default:
		g.hostCgroup(c.Error)
	}
	g.need(BPF, NetAdmin)
	switch {
	case !g.none():
	case a.Denied && g.facts.Process.Seccomp != "off":
		g.gap("refused although the capabilities are there, seccomp filters system calls: "+oneLine(a.Err),
			"securityContext: {seccompProfile: {type: Unconfined}}, or a profile that allows bpf",
			"--security-opt seccomp=unconfined, or a profile that allows bpf", "SystemCallFilter=bpf")
	default:
		g.because(oneLine(a.Err))
	}
}

// afterSocket notes that a feature is off with the socket source, and tells whether that is on.
func afterSocket(g *gaps, a *Attempt) bool {
	first := gaps{facts: g.facts}
	checkSocket(&first, a)
	g.behind("the socket source is off", &first)
	return first.none()
}

func checkHost(g *gaps, a *Attempt) {
	afterSocket(g, a)
	switch c := &g.facts.Cgroup; {
	case c.Root || c.Error != "":
	case c.Configured:
		g.hostCgroup("capture.cgroup_path " + c.Path + " is a subtree")
	default:
		g.hostCgroup(c.Path + " is this container's own cgroup")
	}
}

// hostCgroup asks for the root of the cgroup hierarchy.
func (g *gaps) hostCgroup(reason string) {
	if root := g.facts.Cgroup.rootMount(); root != "" {
		g.same(reason, "capture: {cgroup_path: "+root+"}")
		return
	}
	g.gap(reason,
		"volumes: [{name: cgroup, hostPath: {path: /sys/fs/cgroup}}], volumeMounts: [{name: cgroup, mountPath: /host/cgroup, readOnly: true}]",
		"-v /sys/fs/cgroup:/host/cgroup:ro",
		"mount -t cgroup2 none /mnt/cgroup, in the host's cgroup namespace")
}

// tracing notes what keeps a tracing program from being accepted; the kernel, when
// the capability is there.
func tracing(g *gaps, a *Attempt, accepted bool, refusal, needs string) {
	on := afterSocket(g, a)
	if on && accepted {
		return
	}
	before := len(g.reasons)
	g.need(Perfmon)
	if !on || len(g.reasons) > before {
		return
	}
	switch k, why := &g.facts.Kernel, a.refusal(refusal); {
	case k.Lockdown == "confidentiality":
		g.same("the kernel is locked down: "+why, "lockdown=integrity on the kernel's command line")
	case !k.BTF:
		g.same("the kernel has no BTF: "+why, "a kernel with CONFIG_DEBUG_INFO_BTF=y")
	default:
		g.same("the kernel refuses: "+why, needs)
	}
}

func checkProcesses(g *gaps, a *Attempt) {
	known := a.Report.Owners != tap.RungNone && a.Report.Owners != tap.RungAuto
	tracing(g, a, known, missingRung, "a kernel with tp_btf, fexit or kprobes")
}

func checkStates(g *gaps, a *Attempt) {
	tracing(g, a, a.Report.States, missingStates, "a kernel with tp_btf")
}

func checkParents(g *gaps, a *Attempt) {
	if !a.Threads {
		g.same("not asked for", "correlation: {threads: true}")
		return
	}
	refusal := missingReaders
	if a.Report.Readers {
		refusal = missingWriters
	}
	tracing(g, a, a.Report.Readers && a.Report.Writers, refusal, "")
}

func checkExecutables(g *gaps, a *Attempt) {
	f := g.facts
	first := gaps{facts: f}
	checkProcesses(&first, a)
	g.behind("processes are off", &first)
	if f.Namespaces.PID.Place == PlaceOwn {
		g.hostPID("/proc shows this pid namespace only")
	}
	before := len(g.reasons)
	g.need(SysPtrace)
	switch needed := len(g.reasons) > before; {
	case needed && f.Process.HidePID != "":
		g.because("/proc hides other users' processes (hidepid=" + f.Process.HidePID + ")")
	case !needed && !f.Process.SeesInit && f.Namespaces.PID.Place == PlaceHost && f.Process.confined():
		g.unconfine("/proc/1/exe cannot be read although CAP_SYS_PTRACE is effective: this process is confined as " + f.Process.Label)
	}
}

// unconfine asks for another label of the security module, SELinux's if it has
// the form of one.
func (g *gaps) unconfine(reason string) {
	if strings.Count(g.facts.Process.Label, ":") >= 2 {
		g.gap(reason, "securityContext: {seLinuxOptions: {type: spc_t}}", "--security-opt label=disable", "SELinuxContext=")
		return
	}
	g.gap(reason, "securityContext: {appArmorProfile: {type: Unconfined}}", "--security-opt apparmor=unconfined", "AppArmorProfile=unconfined")
}

// hostPID asks for the host's pid namespace.
func (g *gaps) hostPID(reason string) {
	g.gap(reason, "hostPID: true", "--pid=host", "run it in the host's pid namespace")
}

func checkOwnSockets(g *gaps, a *Attempt) {
	if !afterSocket(g, a) {
		return
	}
	if !a.Report.OwnSockets {
		g.because("the kernel refuses: " + a.refusal(missingCreate))
	}
	if a.refusal(missingSelf) == "" {
		return
	}
	reason := "those made after the start are not: the collector cannot tell its number in the host's pid namespace"
	if len(g.facts.Capabilities.lacks(Perfmon)) > 0 {
		g.because(reason)
		g.missing = with(g.missing, Perfmon)
		return
	}
	g.hostPID(reason)
}

// checkInterface knows two ways to read interfaces: packet sockets take
// CAP_NET_RAW, programs at tc take CAP_BPF and CAP_NET_ADMIN.
func checkInterface(g *gaps, _ *Attempt) {
	if g.facts.Namespaces.Network.Place == PlaceOwn {
		g.gap("this network namespace has other interfaces than the host",
			"hostNetwork: true", "--network=host", "run it in the host's network namespace")
	}
	if g.facts.Namespaces.User.Place == PlaceOwn || len(g.facts.Capabilities.lacks(BPF, NetAdmin)) > 0 {
		g.need(NetRaw)
	}
}
