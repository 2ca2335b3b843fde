package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// memory is what the kernel accounts to a process, in MiB.
type memory struct {
	// Resident is all that is mapped and present, Peak the most that it ever was.
	Resident, Peak float64
	// Anonymous is the process's own memory: heap and stacks. File is what is
	// mapped: the executable and the ring, which counts twice.
	Anonymous, File float64
}

var errStatus = errors.New("no such line")

// parseStatus reads /proc/PID/status: proc_pid_status(5).
func parseStatus(status string) (memory, error) {
	var m memory
	for key, into := range map[string]*float64{
		"VmRSS": &m.Resident, "VmHWM": &m.Peak, "RssAnon": &m.Anonymous, "RssFile": &m.File,
	} {
		kib, err := statusKiB(status, key)
		if err != nil {
			return memory{}, err
		}
		*into = kib / 1024
	}
	return m, nil
}

func statusKiB(status, key string) (float64, error) {
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		if name != key {
			continue
		}
		kib, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", key, err)
		}
		return kib, nil
	}
	return 0, fmt.Errorf("read %s: %w", key, errStatus)
}

func readMemory(pid int) (memory, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return memory{}, fmt.Errorf("read the memory of a process: %w", err)
	}
	return parseStatus(string(status))
}

// programIDs is the eBPF programs that a process holds attached, by the fdinfo
// of its links.
func programIDs(pid int) ([]uint32, error) {
	dir := fmt.Sprintf("/proc/%d/fdinfo", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list the descriptors of a process: %w", err)
	}
	var ids []uint32
	for _, e := range entries {
		info, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // closed meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("read a descriptor of a process: %w", err)
		}
		if id, ok := parseLink(string(info)); ok {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// parseLink reads the program of a link; false when it is no link.
func parseLink(fdinfo string) (uint32, bool) {
	if !strings.Contains(fdinfo, "link_id:") {
		return 0, false
	}
	for line := range strings.Lines(fdinfo) {
		if name, value, _ := strings.Cut(line, ":"); name == "prog_id" {
			id, err := strconv.ParseUint(strings.TrimSpace(value), 10, 32)
			return uint32(id), err == nil
		}
	}
	return 0, false
}
