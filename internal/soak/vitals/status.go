package vitals

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory is what the kernel accounts to a process, in KiB: proc_pid_status(5).
type Memory struct {
	// Resident is all that is mapped and present, Peak the most that it ever was.
	Resident, Peak int64
	// Anonymous is the process's own: heap and stacks. Mapped is the executable and the
	// ring, which is mapped twice and counts twice.
	Anonymous, Mapped int64
}

// ErrFormat says that a file or an answer does not look as documented.
var ErrFormat = errors.New("not in the documented format")

// parseStatus reads /proc/PID/status.
func parseStatus(status string) (m Memory, threads int64, err error) {
	found := 0
	fields := map[string]*int64{
		"VmRSS": &m.Resident, "VmHWM": &m.Peak, "RssAnon": &m.Anonymous, "RssFile": &m.Mapped, "Threads": &threads,
	}
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		into := fields[name]
		if into == nil {
			continue
		}
		number := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB"))
		if *into, err = strconv.ParseInt(number, 10, 64); err != nil {
			return Memory{}, 0, fmt.Errorf("read %s: %w", name, err)
		}
		found++
	}
	if found != len(fields) {
		return Memory{}, 0, fmt.Errorf("read the status of a process: %w: a line is missing", ErrFormat)
	}
	return m, threads, nil
}

func readStatus(pid int) (Memory, int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return Memory{}, 0, fmt.Errorf("read the status of a process: %w", err)
	}
	return parseStatus(string(status))
}
