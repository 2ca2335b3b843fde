// Package profile makes the system call filter of the examples: the default one of Docker,
// which is containerd's and Kubernetes' RuntimeDefault but for details, and the calls the collector needs on top.
package profile

import (
	"slices"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Make gives the profile in the form of the OCI runtime specification
// (https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp) with no
// condition on capabilities or kernels in it: that is what every runtime's Localhost profiles may hold.
func Make() specs.LinuxSeccomp {
	base := moby.DefaultProfile()
	p := specs.LinuxSeccomp{
		DefaultAction:   base.DefaultAction,
		DefaultErrnoRet: base.DefaultErrnoRet,
		Architectures:   []specs.Arch{specs.ArchX86_64, specs.ArchAARCH64},
	}
	for _, rule := range base.Syscalls {
		if applies(rule) && !replaced(rule) {
			p.Syscalls = append(p.Syscalls, rule.LinuxSyscall)
		}
	}
	p.Syscalls = append(p.Syscalls, families()...)
	p.Syscalls = append(p.Syscalls, specs.LinuxSyscall{
		// Both are the default's, too, for containers that hold CAP_BPF and CAP_PERFMON, of
		// runtimes that know these capabilities.
		Names: []string{"bpf", "perf_event_open"}, Action: specs.ActAllow,
	})
	return p
}

// applies tells whether the default has the rule for a container with no capability at all on one
// of our architectures. What it adds for CAP_SYS_PTRACE, ptrace(2) and its like, is never called.
func applies(rule *moby.Syscall) bool {
	if in := rule.Includes; in != nil {
		ours := slices.Contains(in.Arches, "amd64") || slices.Contains(in.Arches, "arm64")
		return len(in.Caps) == 0 && (len(in.Arches) == 0 || ours)
	}
	if out := rule.Excludes; out != nil {
		return len(out.Arches) == 0 || !slices.Contains(out.Arches, "amd64")
	}
	return true
}

// replaced tells which rules are left out: sockets of every family but AF_ALG and AF_VSOCK,
// for which there are ours, and the reading and writing of other processes' memory.
func replaced(rule *moby.Syscall) bool {
	return slices.Contains(rule.Names, "socket") || slices.Contains(rule.Names, "ptrace")
}

// families allows the sockets that a collector opens: AF_PACKET is for the interface
// source where the kernel has neither tcx nor clsact.
func families() (rules []specs.LinuxSyscall) {
	for _, family := range []uint64{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK, unix.AF_PACKET} {
		rules = append(rules, specs.LinuxSyscall{
			Names: []string{"socket"}, Action: specs.ActAllow,
			Args: []specs.LinuxSeccompArg{{Index: 0, Value: family, Op: specs.OpEqualTo}},
		})
	}
	return rules
}
