package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// bench is what the measurements share.
type bench struct {
	opts   options
	dir    string   // for configurations and logs; removed at the end
	pin    []string // command line before those of children
	pacer  string   // the paced client's executable
	server *server
	rows   []row
	undo   []func() // run in reverse

	neighbours *neighbours
}

var errNeeds = errors.New("bench cannot run here")

// open prepares everything that outlasts one measurement. close is due even
// after an error.
func (b *bench) open(ctx context.Context) (err error) {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w: it attaches eBPF programs and needs root", errNeeds)
	}
	for _, tool := range []string{"nginx", "wrk", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%w: %w", errNeeds, err)
		}
	}
	if b.opts.collector, err = filepath.Abs(b.opts.collector); err != nil {
		return fmt.Errorf("find the collector: %w", err)
	}
	if b.dir, err = os.MkdirTemp("", "beyla-bench-"); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	b.undo = append(b.undo, func() { _ = os.RemoveAll(b.dir) })
	cpus, pin, err := twoCPUs()
	if err != nil {
		return err
	}
	b.pin = pin
	if b.neighbours, err = newNeighbours(cpus, b.opts.patience); err != nil {
		return err
	}
	b.undo = append(b.undo, b.neighbours.close)
	if err := b.statisticsOff(); err != nil {
		return err
	}
	if err := b.buildPacer(ctx); err != nil {
		return err
	}
	if b.server, err = b.serve(ctx); err != nil {
		return err
	}
	b.undo = append(b.undo, b.server.stop)
	return nil
}

func (b *bench) close() {
	for i := len(b.undo) - 1; i >= 0; i-- {
		b.undo[i]()
	}
}

func (b *bench) buildPacer(ctx context.Context) error {
	b.pacer = filepath.Join(b.dir, "pacer")
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", b.pacer, "./testdata/apps/pacer")
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the paced client: %w: %s", err, out)
	}
	return nil
}

// statisticsOff turns the kernel's statistics of eBPF programs off while the
// bench runs: they cost every program two clock reads a run.
func (b *bench) statisticsOff() error {
	const path = "/proc/sys/kernel/bpf_stats_enabled"
	before, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read whether program statistics are on: %w", err)
	}
	if strings.TrimSpace(string(before)) == "0" {
		return nil
	}
	if err := os.WriteFile(path, []byte("0"), 0o644); err != nil {
		return fmt.Errorf("turn program statistics off: %w", err)
	}
	b.undo = append(b.undo, func() { _ = os.WriteFile(path, before, 0o644) })
	return nil
}

func (b *bench) add(rows ...row) { b.rows = append(b.rows, rows...) }
