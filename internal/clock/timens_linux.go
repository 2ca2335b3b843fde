package clock

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// ahead is by how much CLOCK_BOOTTIME is ahead of the kernel's own in this process's time namespace,
// ns: time_namespaces(7). A kernel without such namespaces has no such file.
func ahead() int64 {
	text, err := os.ReadFile("/proc/self/timens_offsets")
	if err != nil {
		return 0
	}
	n, err := parseOffsets(string(text))
	if err != nil {
		return 0 // not in the documented format: as if there were none
	}
	return n
}

// parseOffsets reads lines of "clock seconds nanoseconds".
func parseOffsets(text string) (int64, error) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[0] != "boottime" {
			continue
		}
		seconds, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the offset of the boot clock: %w", err)
		}
		ns, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the offset of the boot clock: %w", err)
		}
		return seconds*int64(time.Second) + ns, nil
	}
	return 0, nil
}
