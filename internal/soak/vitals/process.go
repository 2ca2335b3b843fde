package vitals

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Process is one look at a process.
type Process struct {
	Memory
	Objects
	// CPU is what all its threads have used, in user and kernel mode.
	CPU time.Duration
	// Descriptors and Threads are how many it has.
	Descriptors, Threads int
}

// OfProcess looks at the process with this id.
func OfProcess(pid int) (Process, error) {
	m, threads, err := readStatus(pid)
	if err != nil {
		return Process{}, err
	}
	p := Process{Memory: m, Threads: int(threads)}
	if p.Objects, p.Descriptors, err = readObjects(pid); err != nil {
		return Process{}, err
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Process{}, fmt.Errorf("read the CPU time of a process: %w", err)
	}
	p.CPU, err = parseStat(string(stat))
	return p, err
}

// tick is the unit of times in /proc/PID/stat: USER_HZ, 100 a second on every platform of ours.
const tick = 10 * time.Millisecond

// parseStat reads utime and stime, fields 14 and 15 of proc_pid_stat(5). The second field, the
// name, may hold anything, parentheses too.
func parseStat(stat string) (time.Duration, error) {
	const utime, stime = 14 - 3, 15 - 3 // what follows the name begins with the third
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) <= stime {
		return 0, fmt.Errorf("read the CPU time of a process: %w", ErrFormat)
	}
	var ticks int64
	for _, field := range []string{fields[utime], fields[stime]} {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the CPU time of a process: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}
