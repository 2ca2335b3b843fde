//go:build linux && (amd64 || arm64)

package tap

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/cilium/ebpf"
)

// flagOwn is BEYLA_S_OWN of bpf/lib/state.h.
const flagOwn = 0x02

// initPIDNamespace is the inode number of the initial pid namespace
// (PROC_PID_INIT_INO, include/linux/proc_ns.h).
const initPIDNamespace = "pid:[4026531836]"

// whoami is this process's number in the initial pid namespace, 0 when it
// cannot be found out: then own sockets are told by their file descriptors only.
func (l *loader) whoami() uint32 {
	if ns, err := os.Readlink("/proc/self/ns/pid"); err == nil && ns == initPIDNamespace {
		return uint32(os.Getpid())
	}
	c, err := l.programs("beyla_whoami")
	if err != nil {
		l.missing("own process number", err)
		return 0
	}
	defer c.Close()
	tgid, err := c.Programs["beyla_whoami"].Run(&ebpf.RunOptions{})
	if err != nil {
		l.missing("own process number", fmt.Errorf("run beyla_whoami: %w", err))
		return 0
	}
	return tgid
}

// markOpenSockets marks the sockets that this process opened before the tap
// was there (exporters start before receivers). Socket storage is addressed by file descriptor
// from user space, and these are the only sockets whose descriptors we have.
func markOpenSockets(socks *ebpf.Map) error {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("list own file descriptors: %w", err)
	}
	for _, e := range fds {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err != nil || !strings.HasPrefix(to, "socket:[") {
			continue
		}
		fd, err := strconv.ParseInt(e.Name(), 10, 32)
		if err != nil {
			continue
		}
		// A descriptor closed meanwhile, or reused by a file, is refused by the kernel.
		_ = socks.Update(int32(fd), &bpfBeylaSock{Flags: flagOwn}, ebpf.UpdateNoExist)
	}
	return nil
}
