package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// surroundings is what a reader of the figures has to know of the machine.
func surroundings() string {
	return fmt.Sprintf("linux %s, %s, %d CPUs, load average %s",
		firstLine("/proc/sys/kernel/osrelease"), cpuModel(contents("/proc/cpuinfo")), runtime.NumCPU(), firstLine("/proc/loadavg"))
}

func contents(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	return string(data)
}

func firstLine(path string) string {
	line, _, _ := strings.Cut(contents(path), "\n")
	return line
}

// cpuModel is the name of the first CPU; arm64 kernels give none.
func cpuModel(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
