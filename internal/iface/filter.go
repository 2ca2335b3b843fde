//go:build linux && (amd64 || arm64)

package iface

import (
	"fmt"
	"slices"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// network is the offset from which on a filter reads from the network header
// (SKF_NET_OFF): the same on every kind of interface.
const network uint32 = 0xfff00000

// maxChosen is how many interfaces a filter of at most 4096 instructions can tell apart;
// beyond it all are let through, and told apart after.
const maxChosen = 1024

// whole is more than any packet has: none is cut.
const whole = 1 << 18

// step is an instruction of a filter. A jump whose condition holds goes to the
// step of that label, and on to the next one otherwise.
type step struct {
	label string
	op    bpf.Instruction
	to    string
}

// filter is the socket filter: TCP and UDP, and what may carry them, of these
// interfaces. Of loopback only what goes out, since the same comes in.
func filter(chosen map[int]*device) ([]bpf.RawInstruction, error) {
	p := []bpf.Instruction{bpf.RetConstant{}}
	if len(chosen) > 0 {
		p = append(ofInterfaces(chosen), resolve(worth())...)
	}
	raw, err := bpf.Assemble(p)
	if err != nil {
		return nil, fmt.Errorf("assemble the socket filter: %w", err)
	}
	return raw, nil
}

// ofInterfaces lets packets of these interfaces fall through. The way from the
// first to the end may be too long for a conditional jump.
func ofInterfaces(chosen map[int]*device) []bpf.Instruction {
	if len(chosen) > maxChosen {
		return nil
	}
	p := []bpf.Instruction{bpf.LoadExtension{Num: bpf.ExtInterfaceIndex}}
	left := uint32(len(chosen))
	for index := range chosen {
		left--
		p = append(p,
			bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(index), SkipTrue: 1},
			bpf.Jump{Skip: 2*left + 1})
	}
	return append(p, bpf.RetConstant{})
}

func at(off uint32, size int) bpf.Instruction {
	return bpf.LoadAbsolute{Off: network + off, Size: size}
}

func is(v uint32) bpf.Instruction { return bpf.JumpIf{Cond: bpf.JumpEqual, Val: v} }

func has(bits uint32) bpf.Instruction { return bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: bits} }

// finSynRst are the TCP flags that say something without a payload.
const finSynRst = 0x07

// worth gives the steps that tell what is worth reading, as bpf/lib/interface.h
// does: no acknowledgement that carries nothing.
func worth() []step {
	carriers := []step{{op: is(unix.IPPROTO_UDP), to: "take"}}
	for _, protocol := range []uint32{unix.IPPROTO_IPIP, unix.IPPROTO_IPV6, unix.IPPROTO_GRE} {
		carriers = append(carriers, step{op: is(protocol), to: "take"})
	}
	var extensions []step
	for _, header := range []uint32{0, 43, 44, 51, 60, 135, 139, 140} {
		extensions = append(extensions, step{op: is(header), to: "take"})
	}
	return slices.Concat([]step{
		{op: bpf.LoadExtension{Num: bpf.ExtLinkLayerType}},
		{op: bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.ARPHRD_LOOPBACK}, to: "protocol"},
		{op: bpf.LoadExtension{Num: bpf.ExtType}},
		{op: bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.PACKET_OUTGOING}, to: "leave"},
		{label: "protocol", op: bpf.LoadExtension{Num: bpf.ExtProto}},
		{op: is(unix.ETH_P_IP), to: "ipv4"},
		{op: is(unix.ETH_P_IPV6), to: "ipv6"},
		{op: is(unix.ETH_P_8021Q), to: "take"},
		{op: is(unix.ETH_P_8021AD), to: "take"},
		{op: is(unix.ETH_P_QINQ1), to: "take"},
		{op: is(unix.ETH_P_MPLS_UC), to: "take"},
		{op: is(unix.ETH_P_MPLS_MC), to: "take"},
		{op: is(unix.ETH_P_PPP_SES), to: "take"},
		{label: "leave", op: bpf.RetConstant{}},

		{label: "ipv4", op: at(9, 1)},
		{op: is(unix.IPPROTO_TCP), to: "tcp4"},
	}, carriers, []step{
		{op: bpf.RetConstant{}},
		{label: "tcp4", op: at(6, 2)},
		{op: has(0x3fff), to: "take"}, // a fragment
		{op: at(0, 1)},
		{op: bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x0f}},
		{op: bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2}},
		{op: bpf.TAX{}},
		{op: bpf.LoadIndirect{Off: network + 13, Size: 1}},
		{op: has(finSynRst), to: "take"},
		{op: bpf.LoadIndirect{Off: network + 12, Size: 1}},
		{op: bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf0}},
		{op: bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 2}},
		{op: bpf.ALUOpX{Op: bpf.ALUOpAdd}},
		{op: bpf.TAX{}},
		{op: at(2, 2)},
		{op: is(0), to: "take"}, // the device is to fill it in
		{op: bpf.JumpIfX{Cond: bpf.JumpGreaterThan}, to: "take"},
		{op: bpf.RetConstant{}},

		{label: "ipv6", op: at(6, 1)},
		{op: is(unix.IPPROTO_TCP), to: "tcp6"},
	}, carriers, extensions, []step{
		{op: bpf.RetConstant{}},
		{label: "tcp6", op: at(40+13, 1)},
		{op: has(finSynRst), to: "take"},
		{op: at(40+12, 1)},
		{op: bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf0}},
		{op: bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 2}},
		{op: bpf.TAX{}},
		{op: at(4, 2)},
		{op: is(0), to: "take"},
		{op: bpf.JumpIfX{Cond: bpf.JumpGreaterThan}, to: "take"},
		{op: bpf.RetConstant{}},
		{label: "take", op: bpf.RetConstant{Val: whole}},
	})
}

// resolve turns labels into distances.
func resolve(steps []step) []bpf.Instruction {
	labels := make(map[string]int)
	for i, s := range steps {
		if s.label != "" {
			labels[s.label] = i
		}
	}
	p := make([]bpf.Instruction, len(steps))
	for i, s := range steps {
		skip := uint8(labels[s.to] - i - 1) // no filter here is longer
		switch op := s.op.(type) {
		case bpf.JumpIf:
			op.SkipTrue = skip
			p[i] = op
		case bpf.JumpIfX:
			op.SkipTrue = skip
			p[i] = op
		default:
			p[i] = s.op
		}
	}
	return p
}
