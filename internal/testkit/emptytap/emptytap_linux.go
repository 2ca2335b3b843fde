// Package emptytap attaches programs that do nothing where the tap attaches
// its own. What a host keeps of its throughput with them is the most that any tap at
// these hooks can leave it.
package emptytap

import (
	"errors"
	"fmt"
	"io"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
)

// Tap is what has been attached.
type Tap struct {
	opened []io.Closer
	ids    []uint32
}

// IDs are the kernel's numbers of the programs.
func (t *Tap) IDs() []uint32 { return t.ids }

// Attach attaches to the packets of every socket below a cgroup v2 folder, and
// to the tracepoints of reading, writing and socket states. On error nothing stays.
func Attach(cgroup string) (_ *Tap, err error) {
	t := &Tap{}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Close())
		}
	}()
	for name, at := range map[string]ebpf.AttachType{
		"empty_ingress": ebpf.AttachCGroupInetIngress,
		"empty_egress":  ebpf.AttachCGroupInetEgress,
	} {
		p, err := t.load(&ebpf.ProgramSpec{Name: name, Type: ebpf.CGroupSKB, AttachType: at}, 1)
		if err != nil {
			return nil, err
		}
		if err := t.keep(link.AttachCgroup(link.CgroupOptions{Path: cgroup, Attach: at, Program: p})); err != nil {
			return nil, fmt.Errorf("attach %s to %s: %w", name, cgroup, err)
		}
	}
	for _, tracepoint := range []string{"sock_recv_length", "sock_send_length", "inet_sock_set_state"} {
		p, err := t.load(&ebpf.ProgramSpec{
			Name: "empty_tp", Type: ebpf.Tracing, AttachType: ebpf.AttachTraceRawTp, AttachTo: tracepoint,
		}, 0)
		if err != nil {
			return nil, err
		}
		if err := t.keep(link.AttachTracing(link.TracingOptions{Program: p})); err != nil {
			return nil, fmt.Errorf("attach to %s: %w", tracepoint, err)
		}
	}
	return t, nil
}

// load loads a program that answers always the same.
func (t *Tap) load(spec *ebpf.ProgramSpec, answer int32) (*ebpf.Program, error) {
	spec.License = "Dual MIT/GPL"
	spec.Instructions = asm.Instructions{asm.Mov.Imm(asm.R0, answer), asm.Return()}
	p, err := ebpf.NewProgram(spec)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", spec.Name, err)
	}
	t.opened = append(t.opened, p)
	info, err := p.Info()
	if err != nil {
		return nil, fmt.Errorf("ask for the number of %s: %w", spec.Name, err)
	}
	if id, known := info.ID(); known {
		t.ids = append(t.ids, uint32(id))
	}
	return p, nil
}

func (t *Tap) keep(l link.Link, err error) error {
	if err == nil {
		t.opened = append(t.opened, l)
	}
	return err
}

// Close detaches everything.
func (t *Tap) Close() error {
	var errs []error
	for i := len(t.opened) - 1; i >= 0; i-- {
		errs = append(errs, t.opened[i].Close())
	}
	t.opened = nil
	return errors.Join(errs...)
}
