package profile

import (
	"errors"
	"fmt"
	"slices"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

var (
	errAction     = errors.New("action is not known here")
	errComparison = errors.New("comparison is not known here")
)

// Policy turns a profile into what the kernel is given, for the architecture that this
// program was built for, the way that runc does: calls that the architecture does not have are left out.
// Errors: rules that the examples do not use.
func Policy(p specs.LinuxSeccomp) (seccomp.Policy, error) {
	info, err := arch.GetInfo("")
	if err != nil {
		return seccomp.Policy{}, fmt.Errorf("know the architecture's system calls: %w", err)
	}
	all := seccomp.Policy{}
	if all.DefaultAction, err = action(p.DefaultAction, p.DefaultErrnoRet); err != nil {
		return seccomp.Policy{}, err
	}
	for _, rule := range p.Syscalls {
		does, err := action(rule.Action, rule.ErrnoRet)
		if err != nil {
			return seccomp.Policy{}, err
		}
		when, err := conditions(rule.Args)
		if err != nil {
			return seccomp.Policy{}, err
		}
		known := slices.DeleteFunc(slices.Clone(rule.Names), func(name string) bool {
			_, ok := info.SyscallNames[name]
			return !ok
		})
		add(group(&all, does), known, when)
	}
	return all, nil
}

// group is the one of this action. There is one of each: a call's conditions are
// alternatives within a group only.
func group(p *seccomp.Policy, does seccomp.Action) *seccomp.SyscallGroup {
	i := slices.IndexFunc(p.Syscalls, func(g seccomp.SyscallGroup) bool { return g.Action == does })
	if i < 0 {
		i = len(p.Syscalls)
		p.Syscalls = append(p.Syscalls, seccomp.SyscallGroup{Action: does})
	}
	return &p.Syscalls[i]
}

func add(g *seccomp.SyscallGroup, names []string, when seccomp.ArgumentConditions) {
	for _, name := range names {
		switch {
		case when != nil:
			g.NamesWithCondtions = append(g.NamesWithCondtions, seccomp.NameWithConditions{Name: name, Conditions: when})
		case !slices.Contains(g.Names, name):
			g.Names = append(g.Names, name)
		}
	}
}

func action(a specs.LinuxSeccompAction, errno *uint) (seccomp.Action, error) {
	switch a {
	case specs.ActAllow:
		return seccomp.ActionAllow, nil
	case specs.ActErrno:
		if errno == nil || *errno == uint(unix.EPERM) {
			return seccomp.ActionErrno, nil // the library fills in EPERM
		}
		return seccomp.ActionErrno | seccomp.Action(*errno), nil
	}
	return 0, fmt.Errorf("read %s: %w", a, errAction)
}

func conditions(args []specs.LinuxSeccompArg) (seccomp.ArgumentConditions, error) {
	var all seccomp.ArgumentConditions
	for _, arg := range args {
		one := seccomp.Condition{Argument: uint32(arg.Index), Value: arg.Value}
		switch {
		case arg.Op == specs.OpEqualTo:
			one.Operation = seccomp.Equal
		case arg.Op == specs.OpMaskedEqual && arg.ValueTwo == 0: // none of the bits
			one.Operation = seccomp.BitsNotSet
		default:
			return nil, fmt.Errorf("read %s: %w", arg.Op, errComparison)
		}
		all = append(all, one)
	}
	return all, nil
}
