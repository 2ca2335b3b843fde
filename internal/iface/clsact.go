//go:build linux && (amd64 || arm64)

package iface

import (
	"errors"
	"fmt"
	"io"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// attachClsact adds the programs as classifiers.
func (r *bpfRing) attachClsact(index int) (io.Closer, error) {
	if err := addClsact(index); err != nil {
		return nil, err
	}
	in, err := r.classify(index, "beyla_iface_ingress", netlink.HANDLE_MIN_INGRESS)
	if err != nil {
		return nil, err
	}
	out, err := r.classify(index, "beyla_iface_egress", netlink.HANDLE_MIN_EGRESS)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return both{in, out}, nil
}

// addClsact adds the queueing discipline unless it, or the older one named
// ingress, is there.
func addClsact(index int) error {
	err := netlink.QdiscAdd(&netlink.GenericQdisc{
		QdiscAttrs: netlink.QdiscAttrs{
			LinkIndex: index, Handle: netlink.MakeHandle(0xffff, 0), Parent: netlink.HANDLE_CLSACT,
		},
		QdiscType: "clsact",
	})
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("add clsact: %w", err)
	}
	return nil
}

// Where a place for a classifier is looked for: a priority may be taken by one of
// another kind, a handle by another program.
const (
	priorities = 16
	handles    = 16
)

// classify adds one program, before all others if it can be. Nothing that
// exists is replaced.
func (r *bpfRing) classify(index int, program string, parent uint32) (io.Closer, error) {
	var last error
	for priority := uint16(1); priority <= priorities; priority++ {
		for handle := uint32(1); handle <= handles; handle++ {
			f := &netlink.BpfFilter{
				FilterAttrs: netlink.FilterAttrs{
					LinkIndex: index, Parent: parent, Handle: handle, Protocol: unix.ETH_P_ALL, Priority: priority,
				},
				Fd: r.programs.Programs[program].FD(), Name: program, DirectAction: true,
			}
			last = netlink.FilterAdd(f)
			if last == nil {
				return classifier{f}, nil
			}
			if !errors.Is(last, unix.EEXIST) {
				break
			}
		}
		if !errors.Is(last, unix.EEXIST) && !errors.Is(last, unix.EINVAL) {
			break
		}
	}
	return nil, fmt.Errorf("add classifier %s: %w", program, last)
}

// classifier is one that we added, named by interface, parent, priority and handle.
type classifier struct{ filter *netlink.BpfFilter }

// Close implements io.Closer. It may have gone with its interface.
func (c classifier) Close() error {
	err := netlink.FilterDel(c.filter)
	if err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.ENODEV) && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("delete classifier %s: %w", c.filter.Name, err)
	}
	return nil
}
