package process

import (
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/goruntime"
)

// Resource is what one process (or, where the process is not known, one
// cgroup) puts on its spans. It is built once and shared by pointer; spans of the
// same resource carry the same pointer. It is never changed after it is built.
type Resource struct {
	// Attrs are the resource attributes, service.name among them; no key comes twice.
	Attrs attr.List
	// Service is the value of service.name.
	Service string
	// Executable is the path of the executable, or its short name when the path is not known.
	Executable string
	// CgroupPath is the path of the cgroup below its mount; empty if not known.
	CgroupPath string
	// ContainerID is the container's id, for nearly all runtimes 64 hexadecimal
	// digits; empty outside containers.
	ContainerID string
	// Provisional says that there was no time to look the process up: this is
	// what the kernel told, and a later Lookup will give more.
	Provisional bool
	// Go says where a Go program keeps the ids of its goroutines. Zero for other programs,
	// for versions that are not known, and without the privilege to read the executable.
	Go goruntime.Offsets
	// NetNS is the inode number of the network namespace. 0: unknown.
	NetNS uint32
}

// same tells whether two resources say the same.
func (r *Resource) same(o *Resource) bool {
	return r.Service == o.Service && r.Executable == o.Executable && r.CgroupPath == o.CgroupPath &&
		r.ContainerID == o.ContainerID && r.NetNS == o.NetNS && r.Go == o.Go &&
		slices.EqualFunc(r.Attrs, o.Attrs, sameKV)
}

// sameKV compares the kinds of value that resources have.
func sameKV(a, b attr.KV) bool {
	return a.Key == b.Key && a.Kind == b.Kind && a.Str == b.Str && a.Num == b.Num
}
