package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// goBench is the measurements of Go benchmarks: by name (without "Benchmark" and
// the number of CPUs), then by unit ("ns/op", "allocs/op").
type goBench map[string]map[string]sample

var errNoBenchmark = errors.New("no benchmark ran")

// parseGoBench reads the output of go test -bench.
// https://go.dev/design/14313-benchmark-format
func parseGoBench(out string) goBench {
	cpus := regexp.MustCompile(`-\d+$`)
	all := make(goBench)
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := cpus.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				break // a log line
			}
			if all[name] == nil {
				all[name] = make(map[string]sample)
			}
			all[name][fields[i+1]] = append(all[name][fields[i+1]], value)
		}
	}
	return all
}

// runGoBench runs benchmarks of a package of this module three times.
func runGoBench(ctx context.Context, root, pkg, pattern string) (goBench, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-buildvcs=false", "-run=^$", "-bench="+pattern, "-benchmem",
		"-benchtime=500ms", "-count=3", pkg)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("benchmark %s: %w: %s%s", pkg, err, out, &stderr)
	}
	all := parseGoBench(string(out))
	if len(all) == 0 {
		return nil, fmt.Errorf("benchmark %s: %w", pkg, errNoBenchmark)
	}
	return all, nil
}

// benchPattern matches one benchmark and nothing below or beside it that has another name.
func benchPattern(name string) string {
	parts := strings.Split("Benchmark"+name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}
