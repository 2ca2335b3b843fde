// Package process finds out who a socket belongs to: the executable, the
// service name, the container, and what becomes the span's resource.
package process

import "github.com/beylareceiver/beylareceiver/internal/attr"

// Resource is what one process (or, where the process is not known, one
// cgroup) puts on its spans. It is built once and shared by pointer; spans of the
// same resource carry the same pointer. It is never changed after it is built.
type Resource struct {
	// Attrs are the resource attributes, service.name among them.
	Attrs attr.List
	// Service is the value of service.name.
	Service string
	// Executable is the path of the executable, or its short name when the path is not known.
	Executable string
	// CgroupPath is the path of the cgroup below its mount; empty if not known.
	CgroupPath string
	// ContainerID is the 64-digit container id; empty outside containers.
	ContainerID string
	// NetNS is the inode number of the network namespace. 0: unknown.
	NetNS uint32
}
