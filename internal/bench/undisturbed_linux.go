package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// neighbours tells how much CPU other programs of the host take. The bench's
// own children stand in a cgroup, whose account is taken off.
type neighbours struct {
	cpus   []int
	folder string
	cgroup *os.File
	// patience is how much longer measurements may be repeated.
	patience time.Duration
	// disturbed is how many runs were kept although others worked meanwhile.
	disturbed int
}

const (
	// tolerated is the share of the CPUs that others may take during a run.
	tolerated = .05
	glance    = 500 * time.Millisecond
)

// reading is a moment's account.
type reading struct {
	at         time.Time
	busy, ours time.Duration
}

func newNeighbours(cpus []int, patience time.Duration) (*neighbours, error) {
	root, err := cgroupRoot()
	if err != nil {
		return nil, err
	}
	n := &neighbours{cpus: cpus, patience: patience}
	if n.folder, err = os.MkdirTemp(root, "beyla-bench-"); err != nil {
		return nil, fmt.Errorf("make a cgroup: %w", err)
	}
	n.cgroup, err = os.Open(n.folder)
	return n, err
}

// close removes the cgroup; every child must have ended.
func (n *neighbours) close() {
	n.cgroup.Close()
	_ = os.Remove(n.folder) // what is left of it is an empty folder
}

// adopt has a child begin its life in the cgroup.
func (n *neighbours) adopt(attr *syscall.SysProcAttr) {
	attr.UseCgroupFD, attr.CgroupFD = true, int(n.cgroup.Fd())
}

func (n *neighbours) read() (reading, error) {
	r := reading{at: time.Now()}
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return r, fmt.Errorf("read the host's CPU time: %w", err)
	}
	if r.busy, err = parseBusy(string(stat), n.cpus); err != nil {
		return r, fmt.Errorf("read the host's CPU time: %w", err)
	}
	usage, err := os.ReadFile(filepath.Join(n.folder, "cpu.stat"))
	if err != nil {
		return r, fmt.Errorf("read the CPU time of children: %w", err)
	}
	if r.ours, err = parseUsage(string(usage)); err != nil {
		return r, fmt.Errorf("read the CPU time of children: %w", err)
	}
	return r, nil
}

// others is the share of the CPUs that other programs took between two readings.
func others(from, to reading, cpus int) float64 {
	theirs := (to.busy - from.busy) - (to.ours - from.ours)
	return max(0, theirs.Seconds()/to.at.Sub(from.at).Seconds()/float64(cpus))
}

// quiet runs do, and tells whether others left the CPUs alone meanwhile.
func (n *neighbours) quiet(do func() error) (bool, error) {
	from, err := n.read()
	if err != nil {
		return false, err
	}
	if err := do(); err != nil {
		return false, err
	}
	to, err := n.read()
	return others(from, to, len(n.cpus)) <= tolerated, err
}

// undisturbed waits for the host to be quiet, measures, and measures again when
// it was not quiet meanwhile, as long as there is patience left.
func (b *bench) undisturbed(ctx context.Context, measure func() error) error {
	n := b.neighbours
	for {
		start := time.Now()
		quiet, err := n.quiet(func() error { return pause(ctx, glance) })
		if err != nil {
			return err
		}
		if quiet || n.patience <= 0 {
			if quiet, err = n.quiet(measure); err != nil || quiet {
				return err
			}
			if n.patience <= 0 {
				n.disturbed++
				return nil
			}
		}
		n.patience -= time.Since(start) // in vain
	}
}

// twoCPUs are the first two that this program may use, or the only one, and
// the command that keeps a child on them; no command when there are no others.
func twoCPUs() (cpus []int, pin []string, err error) {
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return nil, nil, fmt.Errorf("ask for the CPUs: %w", err)
	}
	for cpu := 0; len(cpus) < min(2, allowed.Count()); cpu++ {
		if allowed.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	if allowed.Count() > len(cpus) {
		pin = []string{"taskset", "-c", list(cpus)}
	}
	return cpus, pin, nil
}

// list writes CPUs as taskset reads them.
func list(cpus []int) string {
	s := fmt.Sprint(cpus[0])
	for _, cpu := range cpus[1:] {
		s += fmt.Sprintf(",%d", cpu)
	}
	return s
}
