// Package bpfstats reads the kernel's account of eBPF programs: how often each
// ran, and for how long. The kernel keeps it only while asked to, because that costs
// two clock reads, 20 to 100 ns, a run.
package bpfstats

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/cilium/ebpf"
)

// Program is one loaded program.
type Program struct {
	ID uint32
	// Name is what the kernel keeps of it, at most 15 bytes.
	Name string
	// Runs and Time add up while statistics are on.
	Runs uint64
	Time time.Duration
}

// Enable turns the statistics on until they are closed, or the process ends.
func Enable() (io.Closer, error) {
	c, err := ebpf.EnableStats(uint32(0)) // BPF_STATS_RUN_TIME
	if err != nil {
		return nil, fmt.Errorf("turn program statistics on: %w", err)
	}
	return c, nil
}

// Of reads the programs with these ids, in that order.
func Of(ids []uint32) ([]Program, error) {
	programs := make([]Program, 0, len(ids))
	for _, id := range ids {
		p, err := read(ebpf.ProgramID(id))
		if err != nil {
			return nil, err
		}
		programs = append(programs, p)
	}
	return programs, nil
}

// Named is the ids of all loaded programs of the host with one of these names.
func Named(names ...string) ([]uint32, error) {
	var ids []uint32
	for id := ebpf.ProgramID(0); ; {
		next, err := ebpf.ProgramGetNextID(id)
		if errors.Is(err, os.ErrNotExist) {
			return ids, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list programs: %w", err)
		}
		id = next
		p, err := read(id)
		if errors.Is(err, os.ErrNotExist) {
			continue // unloaded meanwhile
		}
		if err != nil {
			return nil, err
		}
		if slices.Contains(names, p.Name) {
			ids = append(ids, p.ID)
		}
	}
}

func read(id ebpf.ProgramID) (Program, error) {
	p, err := ebpf.NewProgramFromID(id)
	if err != nil {
		return Program{}, fmt.Errorf("open program %d: %w", id, err)
	}
	defer func() { _ = p.Close() }() // it was only read
	info, err := p.Info()
	if err != nil {
		return Program{}, fmt.Errorf("read program %d: %w", id, err)
	}
	stats, err := p.Stats()
	if err != nil {
		return Program{}, fmt.Errorf("read statistics of program %d: %w", id, err)
	}
	return Program{ID: uint32(id), Name: info.Name, Runs: stats.RunCount, Time: stats.Runtime}, nil
}
