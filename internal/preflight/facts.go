package preflight

import "strings"

// Facts are what can be found out about where this process runs and what it may do,
// without changing anything.
type Facts struct {
	Kernel       Kernel       `json:"kernel"`
	Environment  Environment  `json:"environment"`
	Namespaces   Namespaces   `json:"namespaces"`
	Cgroup       Cgroup       `json:"cgroup"`
	Process      Process      `json:"process"`
	Capabilities Capabilities `json:"capabilities"`
}

// Kernel is the kernel that all of it is asked of.
type Kernel struct {
	// Release and Arch are as uname(2) says them.
	Release string `json:"release"`
	Arch    string `json:"arch"`
	// BTF tells whether the kernel describes its own types in /sys/kernel/btf/vmlinux.
	BTF bool `json:"btf"`
	// Lockdown is "none", "integrity" or "confidentiality" (kernel_lockdown(7));
	// empty where securityfs is not mounted or the kernel has no lockdown.
	Lockdown string `json:"lockdown"`
}

// Environment is who started this process, and so where its privileges are written down.
type Environment string

// The environments.
const (
	Kubernetes Environment = "kubernetes"
	Container  Environment = "container"
	Host       Environment = "host"
)

// Process is what this process is allowed apart from capabilities.
type Process struct {
	// UID is the effective user id.
	UID int `json:"uid"`
	// NoNewPrivs tells whether file capabilities and setuid are without effect.
	NoNewPrivs bool `json:"no_new_privs"`
	// Seccomp is "off", "strict" or "filter".
	Seccomp string `json:"seccomp"`
	// Memlock is the soft RLIMIT_MEMLOCK in bytes, -1 for unlimited.
	Memlock int64 `json:"memlock_bytes"`
	// HidePID is the hidepid option of /proc, empty when it hides nothing.
	HidePID string `json:"hidepid"`
	// SeesInit tells whether the links in the first process's folder of /proc can be
	// read. It says something of the host only in the initial pid namespace.
	SeesInit bool `json:"sees_init"`
	// Label is what AppArmor or SELinux knows this process by, empty without them.
	Label string `json:"security_label"`
}

// confined tells whether a security module may stand between this process and others.
func (p *Process) confined() bool {
	return p.Label != "" && !strings.HasPrefix(p.Label, "unconfined") && !strings.Contains(p.Label, ":spc_t")
}
