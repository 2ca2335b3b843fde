package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	pollEvery  = 5 * time.Millisecond
	readyIn    = 20 * time.Second
	terminated = 10 * time.Second
)

var errEnded = errors.New("the program has ended")

// child is a program that runs until it is stopped. What it writes goes to a file.
type child struct {
	name    string
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	started time.Time // just before the fork
	log     string
	done    chan struct{}
}

// start starts a program on the CPUs of the bench.
func (b *bench) start(args ...string) (*child, error) {
	args = append(b.pin[:len(b.pin):len(b.pin)], args...)
	c := &child{name: filepath.Base(args[len(b.pin)]), cmd: exec.Command(args[0], args[1:]...), done: make(chan struct{})}
	out, err := os.CreateTemp(b.dir, c.name+"-*.log")
	if err != nil {
		return nil, fmt.Errorf("make a log for %s: %w", c.name, err)
	}
	defer out.Close()
	c.log = out.Name()
	c.cmd.Stdout, c.cmd.Stderr = out, out
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	b.neighbours.adopt(c.cmd.SysProcAttr)
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("pipe to %s: %w", c.name, err)
	}
	c.started = time.Now()
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name, err)
	}
	go func() {
		_ = c.cmd.Wait() // how it ended is in its log
		close(c.done)
	}()
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// output is what the program has written so far.
func (c *child) output() string {
	data, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// until waits until cond holds, and fails when the program ends before that.
func (c *child) until(ctx context.Context, what string, cond func() bool) error {
	limit := time.NewTimer(readyIn)
	defer limit.Stop()
	for !cond() {
		select {
		case <-time.After(pollEvery):
		case <-c.done:
			return fmt.Errorf("wait for %s: %w: %s", what, errEnded, c.output())
		case <-limit.C:
			return fmt.Errorf("wait for %s of %s: %w: %s", what, c.name, context.DeadlineExceeded, c.output())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// says waits until the program has written a text.
func (c *child) says(ctx context.Context, text string) error {
	return c.until(ctx, fmt.Sprintf("%q", text), func() bool { return strings.Contains(c.output(), text) })
}

// stop ends the program by its process id.
func (c *child) stop() {
	c.stdin.Close()
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-c.done:
	case <-time.After(terminated):
		_ = c.cmd.Process.Kill()
		<-c.done
	}
	_ = syscall.Kill(-c.pid(), syscall.SIGKILL) // workers that are left; ESRCH: none
}

// cpu is the time that all threads of the program have spent on a CPU, in user
// and kernel mode, to the nanosecond: clock_getcpuclockid(3).
func (c *child) cpu() (time.Duration, error) {
	const sched = 2 // CPUCLOCK_SCHED, include/linux/posix-timers.h
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^c.pid()<<3|sched), &ts); err != nil {
		return 0, fmt.Errorf("read the CPU clock of %s: %w", c.name, err)
	}
	return time.Duration(ts.Nano()), nil
}

// run runs a program to its end and gives what it wrote.
func (b *bench) run(ctx context.Context, args ...string) (string, error) {
	args = append(b.pin[:len(b.pin):len(b.pin)], args...)
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	b.neighbours.adopt(cmd.SysProcAttr)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("run %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out), nil
}
