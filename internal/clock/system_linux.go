package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// system reads CLOCK_BOOTTIME and CLOCK_REALTIME
// (https://man7.org/linux/man-pages/man2/clock_gettime.2.html). The kernel's
// event times come from bpf_ktime_get_boot_ns, which is the former as it is outside of time
// namespaces; in one, this process's is ahead of it.
type system struct{ ahead int64 }

// newSystem reads the boot clock once, which is the only call that may fail:
// the kernel either has the clock or it has not.
func newSystem() (system, error) {
	var ts unix.Timespec
	return system{ahead: ahead()}, unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts)
}

func (s system) boot() int64 {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) // newSystem has seen it work
	return ts.Nano() - s.ahead
}

func (system) wall() int64 { return time.Now().UnixNano() }
