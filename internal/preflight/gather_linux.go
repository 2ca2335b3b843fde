package preflight

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/process"
)

// Gather collects the facts. cgroupPath is the configured cgroup v2 folder, empty
// for the host's root. What cannot be found out is left at its zero value.
func Gather(cgroupPath string) Facts {
	h := host{root: "/", getenv: os.Getenv, folder: cgroupFolder}
	f := h.gather(cgroupPath, netnsCookie())
	f.Kernel.Release, f.Kernel.Arch = uname()
	f.Process.Memlock = memlock()
	return f
}

// host is where to look; tests have their own.
type host struct {
	// root is the folder that holds proc, sys and run.
	root   string
	getenv func(string) string
	// folder gives the id of a cgroup v2 folder, and whether it is the hierarchy's root.
	folder func(path string) (id uint64, root bool, err error)
}

// gather reads everything that files and the environment tell.
func (h host) gather(cgroupPath string, cookie uint64) Facts {
	s := parseStatus(h.text("proc/self/status"))
	table := h.text("proc/self/mountinfo")
	m := parseMounts(table)
	f := Facts{
		Kernel:       Kernel{BTF: h.exists("sys/kernel/btf/vmlinux"), Lockdown: lockdown(h.text("sys/kernel/security/lockdown"))},
		Namespaces:   h.namespaces(cookie),
		Cgroup:       h.cgroup(cgroupPath, table, m.cgroup2),
		Capabilities: s.caps,
		Process: Process{
			UID: s.uid, NoNewPrivs: s.noNewPrivs, Seccomp: s.seccomp, HidePID: m.hidePID,
			Label: strings.Trim(h.text("proc/self/attr/current"), "\x00\n "),
		},
	}
	f.Environment = h.environment(f.Namespaces.Mount.Place)
	_, err := os.Readlink(h.path("proc/1/exe"))
	f.Process.SeesInit = err == nil
	return f
}

func (h host) path(name string) string { return filepath.Join(h.root, name) }

// text is what a small file of the kernel's says, empty when it says nothing.
func (h host) text(name string) string {
	b, err := os.ReadFile(h.path(name))
	if err != nil {
		return ""
	}
	return string(b)
}

func (h host) exists(name string) bool {
	_, err := os.Stat(h.path(name))
	return err == nil
}

func (h host) namespaces(cookie uint64) Namespaces {
	n := Namespaces{
		PID:    fixed(h.namespace("self", "pid"), initPID),
		User:   fixed(h.namespace("self", "user"), initUser),
		Cgroup: fixed(h.namespace("self", "cgroup"), initCgroup),
		Mount:  mount(h.namespace("self", "mnt")),
	}
	var first uint64
	if n.PID.Place == PlaceHost {
		first = h.namespace("1", "net")
	}
	n.Network = network(h.namespace("self", "net"), cookie, first)
	return n
}

// namespace is the number of a process's namespace, 0 when it may not be seen.
func (h host) namespace(process, kind string) uint64 {
	link, err := os.Readlink(h.path("proc/" + process + "/ns/" + kind))
	if err != nil {
		return 0
	}
	inode, err := inodeOf(link)
	if err != nil {
		return 0
	}
	return inode
}

// environment tells by what container runtimes leave behind: kubelet its
// variable, docker and podman a file, nspawn and podman a variable, and all of them
// the name of the cgroup, where it can be seen. In the initial mount namespace there is no
// container, whatever the image of a virtual machine was made from.
func (h host) environment(mount Place) Environment {
	if mount == PlaceHost {
		return Host
	}
	contained := h.exists(".dockerenv") || h.exists("run/.containerenv") || h.getenv("container") != ""
	for line := range strings.Lines(h.text("proc/self/cgroup")) {
		c := process.ParseCgroup(strings.TrimSpace(line))
		if c.PodUID != "" {
			return Kubernetes
		}
		contained = contained || c.Contained()
	}
	switch {
	case h.getenv("KUBERNETES_SERVICE_HOST") != "":
		return Kubernetes
	case contained:
		return Container
	}
	return Host
}

func (h host) cgroup(configured, table string, points []string) Cgroup {
	c := Cgroup{Path: configured, Configured: configured != "", Own: ownCgroup(h.text("proc/self/cgroup"))}
	for _, point := range points {
		id, root, err := h.folder(point)
		if err == nil {
			c.Mounts = append(c.Mounts, CgroupMount{Path: point, ID: id, Root: root})
		}
	}
	var err error
	if configured == "" {
		c.Path, err = process.FindCgroup2Mount(strings.NewReader(table))
	}
	if err == nil {
		c.ID, c.Root, err = h.folder(c.Path)
	}
	if err != nil {
		c.Error = err.Error()
	}
	return c
}
