package privilege

import (
	"fmt"

	"kernel.org/pub/linux/libs/security/libcap/cap"
)

// starting are the capabilities that are needed to load programs and to attach them, and
// those that were never needed.
func starting() []cap.Value {
	return []cap.Value{cap.NET_ADMIN, cap.PERFMON, cap.BPF, cap.NET_RAW, cap.SYS_ADMIN}
}

// Drop takes what only starting needs out of the effective set, and tells what that
// was, by the kernel's names ("cap_net_admin"). works is asked afterwards whether
// everything that goes on working does; if not, CAP_BPF is put back: kernels before 5.19
// want it for every look into a map, where kernel.unprivileged_bpf_disabled is set.
func Drop(works func() bool) (dropped []string, err error) {
	now := cap.GetProc()
	var take []cap.Value
	for _, c := range starting() {
		if has, err := now.GetFlag(cap.Effective, c); err == nil && has {
			take = append(take, c)
		}
	}
	if err := set(false, take...); err != nil {
		return nil, fmt.Errorf("drop capabilities: %w", err)
	}
	for _, c := range take {
		if c == cap.BPF && !works() {
			if err := set(true, cap.BPF); err != nil {
				return dropped, fmt.Errorf("raise cap_bpf again: %w", err)
			}
			continue
		}
		dropped = append(dropped, c.String())
	}
	return dropped, nil
}

// Raise puts back into the effective set what starting needs, as far as it is permitted.
func Raise() error {
	now := cap.GetProc()
	var give []cap.Value
	for _, c := range starting() {
		if may, err := now.GetFlag(cap.Permitted, c); err == nil && may {
			give = append(give, c)
		}
	}
	if err := set(true, give...); err != nil {
		return fmt.Errorf("raise capabilities: %w", err)
	}
	return nil
}

// set changes the effective set of every thread of the process.
func set(on bool, values ...cap.Value) error {
	if len(values) == 0 {
		return nil
	}
	s := cap.GetProc()
	if err := s.SetFlag(cap.Effective, on, values...); err != nil {
		return err
	}
	return s.SetProc()
}
