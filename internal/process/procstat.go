package process

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// tick is one clock tick of /proc in nanoseconds. USER_HZ is 100 on every
// architecture that we run on; it is part of the kernel's ABI.
const tick = 10_000_000

// errStat says that a stat line could not be read.
var errStat = errors.New("parse stat line")

// stat is what one line of /proc/<pid>/stat (proc_pid_stat(5)) tells.
type stat struct {
	// comm is the thread group leader's short name.
	comm string
	// ticks is the start time in clock ticks since boot.
	ticks uint64
	// stack is the address of the bottom of the stack. It is random for every
	// exec, so it tells one program image from the next. 0: not ours to see.
	stack uint64
}

// parseStat reads a stat line. The name stands in parentheses and may contain
// any byte, parentheses too: the last ")" ends it.
func parseStat(line []byte) (stat, error) {
	open, end := bytes.IndexByte(line, '('), bytes.LastIndexByte(line, ')')
	if open < 0 || end < open {
		return stat{}, errStat
	}
	fields := strings.Fields(string(line[end+1:])) // from field 3, the state, on
	if len(fields) < 26 {
		return stat{}, errStat
	}
	ticks, err := strconv.ParseUint(fields[22-3], 10, 64)
	if err != nil {
		return stat{}, errStat
	}
	s := stat{comm: string(line[open+1 : end]), ticks: ticks}
	if stack, err := strconv.ParseUint(fields[28-3], 10, 64); err == nil {
		s.stack = stack
	}
	return s, nil
}

// sameStart compares the kernel's start_boottime in nanoseconds with ticks of
// /proc, which round the same number down. The less a tick leaves open, the
// fewer processes that got the number right after another one pass for it.
func sameStart(ns, ticks uint64) bool {
	return ns/tick == ticks // see nsec_to_clock_t in kernel/time/time.c
}

// vpidOf reads the innermost pid from the NSpid line of /proc/<pid>/status. 0: not given.
func vpidOf(status string) uint32 {
	for line := range strings.Lines(status) {
		list, ok := strings.CutPrefix(line, "NSpid:")
		if !ok {
			continue
		}
		pids := strings.Fields(list)
		if len(pids) == 0 {
			return 0
		}
		n, err := strconv.ParseUint(pids[len(pids)-1], 10, 32)
		if err != nil {
			return 0
		}
		return uint32(n)
	}
	return 0
}

// nsInode reads the inode number from a link like "net:[4026531840]". 0: it is not one.
func nsInode(link string) uint32 {
	_, rest, ok := strings.Cut(link, ":[")
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(rest, "]"), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}
