package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

var errNoCgroup = errors.New("no cgroup v2 hierarchy is mounted")

// cgroupRoot is where the host's cgroup v2 hierarchy is mounted.
func cgroupRoot() (string, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", fmt.Errorf("find the cgroup v2 root: %w", err)
	}
	return parseMounts(string(mounts))
}

// parseMounts finds it in the mount table: proc_pid_mountinfo(5).
func parseMounts(mountinfo string) (string, error) {
	for line := range strings.Lines(mountinfo) {
		mount, kind, _ := strings.Cut(line, " - ")
		fields := strings.Fields(mount) // id, parent, device, root, mount point, ...
		if strings.HasPrefix(kind, "cgroup2 ") && len(fields) > 4 && fields[3] == "/" {
			return fields[4], nil
		}
	}
	return "", errNoCgroup
}
