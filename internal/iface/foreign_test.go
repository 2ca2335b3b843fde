//go:build linux && (amd64 || arm64)

package iface_test

import (
	"errors"
	"fmt"
	"net"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
)

// foreign attaches somebody else's program to the ingress of an interface, with
// tcx, and prints at the end how many packets it saw.
func foreign(device string) (err error) {
	i, err := net.InterfaceByName(device)
	if err != nil {
		return err
	}
	m, err := ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.Array, KeySize: 4, ValueSize: 8, MaxEntries: 1})
	if err != nil {
		return fmt.Errorf("make a map: %w", err)
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	p, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Name: "foreign", Type: ebpf.SchedCLS, AttachType: ebpf.AttachTCXIngress, License: "MIT",
		Instructions: asm.Instructions{
			asm.StoreImm(asm.RFP, -4, 0, asm.Word),
			asm.LoadMapPtr(asm.R1, m.FD()),
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, -4),
			asm.FnMapLookupElem.Call(),
			asm.JEq.Imm(asm.R0, 0, "out"),
			asm.Mov.Imm(asm.R1, 1),
			asm.AddAtomic.Mem(asm.R0, asm.R1, asm.DWord, 0),
			asm.Mov.Imm(asm.R0, -1).WithSymbol("out"),
			asm.Return(),
		},
	})
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	l, err := link.AttachTCX(link.TCXOptions{Interface: i.Index, Program: p, Attach: ebpf.AttachTCXIngress})
	if err != nil {
		return fmt.Errorf("attach: %w", err)
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	untilEOF()
	if _, err := l.Info(); err != nil {
		return fmt.Errorf("ask whether it is still there: %w", err)
	}
	var n uint64
	if err := m.Lookup(uint32(0), &n); err != nil {
		return fmt.Errorf("read the count: %w", err)
	}
	fmt.Println(n)
	return nil
}
