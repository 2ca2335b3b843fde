//go:build linux && (amd64 || arm64)

package iface_test

import (
	"errors"
	"fmt"
	"net"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// foreign is somebody else's program, which counts packets: "DEVICE" in the
// interface's own list (tcx), where it leaves the rest to others; "DEVICE PREFERENCE" as a
// classifier of clsact that lets packets pass, and nobody behind it see them. It prints at the end
// how many packets came in, if it is still where it was.
func foreign(arg string) (err error) {
	var device string
	var preference uint16
	if n, err := fmt.Sscan(arg, &device, &preference); n == 0 {
		return fmt.Errorf("read arguments: %w", err)
	}
	i, err := net.InterfaceByName(device)
	if err != nil {
		return err
	}
	verdict := int32(-1)
	if preference > 0 {
		verdict = 0 // TC_ACT_OK
	}
	m, p, err := counting(verdict)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close(), m.Close()) }()
	attach := foreignTCX
	if preference > 0 {
		attach = func(index int, p *ebpf.Program) (func() error, error) { return foreignClsact(index, p, preference) }
	}
	check, err := attach(i.Index, p)
	if err != nil {
		return err
	}
	untilEOF()
	if err := check(); err != nil {
		return fmt.Errorf("see whether it is still there: %w", err)
	}
	var n uint64
	if err := m.Lookup(uint32(0), &n); err != nil {
		return fmt.Errorf("read the count: %w", err)
	}
	fmt.Println(n)
	return nil
}

// counting is a program that counts packets in a map and answers verdict.
func counting(verdict int32) (*ebpf.Map, *ebpf.Program, error) {
	m, err := ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.Array, KeySize: 4, ValueSize: 8, MaxEntries: 1})
	if err != nil {
		return nil, nil, fmt.Errorf("make a map: %w", err)
	}
	p, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Name: "foreign", Type: ebpf.SchedCLS, License: "MIT",
		Instructions: asm.Instructions{
			asm.StoreImm(asm.RFP, -4, 0, asm.Word),
			asm.LoadMapPtr(asm.R1, m.FD()),
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, -4),
			asm.FnMapLookupElem.Call(),
			asm.JEq.Imm(asm.R0, 0, "out"),
			asm.Mov.Imm(asm.R1, 1),
			asm.AddAtomic.Mem(asm.R0, asm.R1, asm.DWord, 0),
			asm.Mov.Imm(asm.R0, verdict).WithSymbol("out"),
			asm.Return(),
		},
	})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("load: %w", err), m.Close())
	}
	return m, p, nil
}

// foreignTCX answers what tells whether the program is still attached.
func foreignTCX(index int, p *ebpf.Program) (func() error, error) {
	l, err := link.AttachTCX(link.TCXOptions{Interface: index, Program: p, Attach: ebpf.AttachTCXIngress})
	if err != nil {
		return nil, fmt.Errorf("attach: %w", err)
	}
	return func() error {
		_, err := l.Info()
		return errors.Join(err, l.Close())
	}, nil
}

func foreignClsact(index int, p *ebpf.Program, preference uint16) (func() error, error) {
	f := &netlink.BpfFilter{
		FilterAttrs: netlink.FilterAttrs{
			LinkIndex: index, Parent: netlink.HANDLE_MIN_INGRESS, Handle: 1, Protocol: unix.ETH_P_ALL, Priority: preference,
		},
		Fd: p.FD(), Name: "foreign", DirectAction: true,
	}
	if err := netlink.FilterAdd(f); err != nil {
		return nil, fmt.Errorf("add classifier: %w", err)
	}
	return func() error { return netlink.FilterDel(f) }, nil
}

// list prints the programs of an interface's own lists, in the order in which
// they run.
func list(device string) error {
	i, err := net.InterfaceByName(device)
	if err != nil {
		return err
	}
	for _, where := range []ebpf.AttachType{ebpf.AttachTCXIngress, ebpf.AttachTCXEgress} {
		r, err := link.QueryPrograms(link.QueryOptions{Target: i.Index, Attach: where})
		if err != nil {
			return fmt.Errorf("query: %w", err)
		}
		for _, one := range r.Programs {
			p, err := ebpf.NewProgramFromID(one.ID)
			if err != nil {
				return err
			}
			info, err := p.Info()
			if err != nil {
				return err
			}
			fmt.Println(info.Name)
			p.Close()
		}
	}
	return nil
}
