//go:build linux && (amd64 || arm64)

package tap

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"
)

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
func (l *loader) markOpenSockets() error {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("list own file descriptors: %w", err)
	}
	var errs []error
	for _, e := range fds {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		name, socket := strings.CutPrefix(to, "socket:[")
		if err != nil || !socket {
			continue
		}
		fd, err := strconv.ParseInt(e.Name(), 10, 32)
		if err != nil {
			continue
		}
		// A descriptor closed meanwhile, or reused by a file, is refused by the kernel.
		_ = l.maps["beyla_socks"].Update(int32(fd), &bpfBeylaSock{Own: 1}, ebpf.UpdateAny)
		if isMultipathListener(int(fd)) {
			errs = append(errs, l.markListener(strings.TrimSuffix(name, "]")))
		}
	}
	return errors.Join(errs...)
}

// isMultipathListener tells whether the descriptor is a listening MPTCP socket,
// what net.Listen makes where the kernel has MPTCP.
func isMultipathListener(fd int) bool {
	protocol, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL)
	if err != nil || protocol != unix.IPPROTO_MPTCP {
		return false
	}
	listens, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	return err == nil && listens != 0
}

// markListener marks the TCP socket that the kernel made for an MPTCP listener:
// it passes the mark on to what it accepts.
func (l *loader) markListener(inode string) error {
	number, err := strconv.ParseUint(inode, 10, 64)
	if err != nil {
		return fmt.Errorf("read the inode number of an own listener: %w", err)
	}
	if err := l.set("beyla_own_inode", number); err != nil {
		return err
	}
	c, err := l.programs("beyla_own_listener")
	if err != nil {
		return fmt.Errorf("load beyla_own_listener: %w", err)
	}
	defer c.Close()
	iter, err := link.AttachIter(link.IterOptions{Program: c.Programs["beyla_own_listener"]})
	if err != nil {
		return fmt.Errorf("attach beyla_own_listener: %w", err)
	}
	defer func() { _ = iter.Close() }() // nothing was pinned or attached for good
	all, err := iter.Open()
	if err != nil {
		return fmt.Errorf("open the list of TCP sockets: %w", err)
	}
	defer all.Close()
	if _, err := io.Copy(io.Discard, all); err != nil {
		return fmt.Errorf("walk the list of TCP sockets: %w", err)
	}
	return nil
}
