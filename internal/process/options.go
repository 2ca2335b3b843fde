package process

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options of a Cache. The zero value is ready for use on a host.
type Options struct {
	// ProcFS is the folder of a proc file system of the initial pid namespace. Default: /proc.
	ProcFS string
	// CgroupRoot is where the host's cgroup v2 root is mounted; FindCgroup2Mount
	// finds it. Empty: cgroup ids are not resolved.
	CgroupRoot string
	// HostName is host.name. Default: os.Hostname.
	HostName string
	// Elsewhere says that the traffic comes from a capture of who knows which
	// host: then nothing is said of this one.
	Elsewhere bool
	// Version is telemetry.distro.version; empty leaves it out.
	Version string
	// Entries caps the cache. Default: 8192.
	Entries int
	// LookupsPerSecond caps how often /proc is read. Default: 2000.
	LookupsPerSecond int
	// ReadTimeout is how long one process may keep Lookup waiting. Default: 100 ms.
	ReadTimeout time.Duration
	// Now gives nanoseconds of a clock that never goes back. Default: the monotonic clock.
	Now func() int64
}

func (o Options) withDefaults() Options {
	if o.ProcFS == "" {
		o.ProcFS = "/proc"
	}
	if o.HostName == "" {
		o.HostName, _ = os.Hostname() // none known, none given
	}
	if o.Entries <= 0 {
		o.Entries = 8192
	}
	if o.LookupsPerSecond <= 0 {
		o.LookupsPerSecond = 2000
	}
	if o.ReadTimeout <= 0 {
		o.ReadTimeout = 100 * time.Millisecond
	}
	if o.Now == nil {
		begin := time.Now()
		o.Now = func() int64 { return int64(time.Since(begin)) }
	}
	return o
}

// bootID names this boot of the host; empty if /proc does not tell.
func bootID(proc string) string {
	b, err := os.ReadFile(filepath.Join(proc, "sys/kernel/random/boot_id"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
