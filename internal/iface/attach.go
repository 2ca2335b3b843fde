//go:build linux && (amd64 || arm64)

package iface

import (
	"errors"
	"fmt"
	"io"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

// attach implements hooks: both directions or none.
func (r *bpfRing) attach(d *device) error {
	if r.hooks[d.index] != nil {
		return nil
	}
	var h io.Closer
	var err error
	if r.way == WayTCX {
		h, err = r.attachTCX(d.index)
	} else {
		h, err = r.attachClsact(d.index)
	}
	if err != nil {
		return err
	}
	r.hooks[d.index] = h
	return nil
}

// detach implements hooks.
func (r *bpfRing) detach(d *device) error {
	h := r.hooks[d.index]
	if h == nil {
		return nil
	}
	delete(r.hooks, d.index)
	return h.Close()
}

// both closes two things.
type both [2]io.Closer

// Close implements io.Closer.
func (b both) Close() error { return errors.Join(b[0].Close(), b[1].Close()) }

// attachTCX puts the programs at the head of the lists: what stands there may
// redirect a packet or drop it, and then nobody behind sees it.
func (r *bpfRing) attachTCX(index int) (io.Closer, error) {
	in, err := r.tcx(index, "beyla_iface_ingress", ebpf.AttachTCXIngress)
	if err != nil {
		return nil, err
	}
	out, err := r.tcx(index, "beyla_iface_egress", ebpf.AttachTCXEgress)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return both{in, out}, nil
}

func (r *bpfRing) tcx(index int, program string, where ebpf.AttachType) (io.Closer, error) {
	l, err := link.AttachTCX(link.TCXOptions{
		Interface: index, Program: r.programs.Programs[program], Attach: where, Anchor: link.Head(),
	})
	if err != nil {
		return nil, fmt.Errorf("attach %s: %w", program, err)
	}
	return l, nil
}
