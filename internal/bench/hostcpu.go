package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// userHertz is the unit of /proc/stat, fixed by the kernel's ABI on amd64 and arm64.
const userHertz = 100

var errProcStat = errors.New("not a line of /proc/stat")

// parseBusy is the time that these CPUs have spent in programs and in the kernel
// on their behalf, all together, by /proc/stat: proc_stat(5). Interrupts are left
// out, because no program is charged for them.
func parseBusy(stat string, cpus []int) (time.Duration, error) {
	var ticks int64
	for line := range strings.Lines(stat) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "cpu") {
			continue
		}
		cpu, err := strconv.Atoi(strings.TrimPrefix(fields[0], "cpu"))
		if err != nil || !slices.Contains(cpus, cpu) {
			continue // the sum of all CPUs, or another one
		}
		for _, f := range fields[1:4] { // user, nice, system
			n, err := strconv.ParseInt(f, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%w: %q", errProcStat, line)
			}
			ticks += n
		}
	}
	return time.Duration(ticks) * time.Second / userHertz, nil
}

var errCPUStat = errors.New("no usage_usec in cpu.stat")

// parseUsage is the CPU time of a cgroup's programs, those that have ended among
// them, by its cpu.stat: https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
func parseUsage(stat string) (time.Duration, error) {
	for line := range strings.Lines(stat) {
		if key, value, _ := strings.Cut(strings.TrimSpace(line), " "); key == "usage_usec" {
			n, err := strconv.ParseInt(value, 10, 64)
			return time.Duration(n) * time.Microsecond, err
		}
	}
	return 0, errCPUStat
}
