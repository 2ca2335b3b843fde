//go:build amd64 || arm64

package preflight

import (
	"errors"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// Here gathers, tries and builds: the report of this process, for the configured
// cgroup v2 folder, or the host's root when that is empty.
func Here(cgroupPath string) Report {
	f := Gather(cgroupPath)
	return Build(f, Try(f.Cgroup.Path))
}

// Try opens the tap on a cgroup v2 folder and closes it at once: nothing is read, and nothing stays
// behind. It takes some 100 ms.
func Try(cgroupPath string) Attempt {
	t, err := tap.Open(tap.Options{
		CgroupPath: cgroupPath, Window: 1, RingBytes: 1 << 20, Drain: time.Second, Threads: true,
	})
	if err != nil {
		return Failed(err)
	}
	return Attempt{Report: t.Report(), Threads: true, Err: t.Close()}
}

// Failed is the attempt that ended with an error of the tap's.
func Failed(err error) Attempt {
	return Attempt{Err: err, Denied: errors.Is(err, tap.ErrPermission), Threads: true}
}
