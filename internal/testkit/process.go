package testkit

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	readyWithin = 20 * time.Second // a loaded machine, a cold disk
	stopWithin  = 3 * time.Second
)

// Spec says what to start.
type Spec struct {
	// Args is the command line; Args[0] is looked up on the PATH.
	Args []string
	// Env is added to the test's own environment, as KEY=VALUE.
	Env []string
	// Dir is the working directory; empty means the test's own.
	Dir   string
	Place Place
	// TCP and UDP are ports that must be bound before Start returns; 0 means none.
	TCP, UDP uint16
}

// Process is a child process of the test.
type Process struct {
	name  string
	cmd   *exec.Cmd
	out   *output
	stdin io.WriteCloser
	done  chan struct{} // closed once err is set
	err   error
	stop  sync.Once
}

// Start starts a program and waits until its ports are bound. It is stopped
// when the test ends; its output is logged when the test failed.
func Start(t testing.TB, s Spec) *Process {
	t.Helper()
	p, err := launch(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("output of %s (pid %d):\n%s", p.name, p.PID(), p.Output())
		}
	})
	if err := p.ready(s); err != nil {
		t.Fatal(err)
	}
	return p
}

func launch(s Spec) (*Process, error) {
	argv := s.Place.argv(s.Args)
	p := &Process{
		name: filepath.Base(s.Args[0]),
		cmd:  exec.Command(argv[0], argv[1:]...),
		out:  new(output),
		done: make(chan struct{}),
	}
	p.cmd.Dir = s.Dir
	p.cmd.Env = append(p.cmd.Environ(), s.Env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.WaitDelay = time.Second // a grandchild may hold the pipe
	ownGroup(p.cmd)
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("pipe to %s: %w", p.name, err)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// ready waits until the ports of s are bound in the process's own namespace.
func (p *Process) ready(s Spec) error {
	bound := func() bool {
		return (s.TCP == 0 || listening(p.PID(), "tcp", s.TCP)) &&
			(s.UDP == 0 || listening(p.PID(), "udp", s.UDP))
	}
	if poll(readyWithin, func() bool { return !p.Running() || bound() }) && p.Running() {
		return nil
	}
	if s.TCP == 0 && s.UDP == 0 {
		return nil // a program that has already done its work
	}
	return fmt.Errorf("%s is not ready on port tcp %d, udp %d: %s", p.name, s.TCP, s.UDP, p.Output())
}

// PID is the process id in the test's pid namespace.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Running tells whether the process has not ended yet.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Output is what the process has written to its standard output and error.
func (p *Process) Output() string { return p.out.String() }

// Written is how many bytes of output there are so far.
func (p *Process) Written() int { return p.out.Len() }

// Send writes a line to the standard input.
func (p *Process) Send(t testing.TB, line string) {
	t.Helper()
	if _, err := io.WriteString(p.stdin, line+"\n"); err != nil {
		t.Fatalf("write to %s: %v", p.name, err)
	}
}

// CloseInput ends the standard input.
func (p *Process) CloseInput() { p.stdin.Close() }

// WaitOutput waits until the output contains the text.
func (p *Process) WaitOutput(t testing.TB, text string, within time.Duration) {
	t.Helper()
	Poll(t, within, fmt.Sprintf("%q in the output of %s", text, p.name), func() bool {
		return bytes.Contains(p.out.Bytes(), []byte(text))
	})
}

// Wait waits for the process to end by itself; the error is what exec.Cmd.Wait gave.
func (p *Process) Wait(t testing.TB, within time.Duration) error {
	t.Helper()
	select {
	case <-p.done:
		return p.err
	case <-time.After(within):
		t.Fatalf("timed out after %v waiting for %s to end", within, p.name)
		return nil
	}
}

// Stop ends the process: SIGTERM, and SIGKILL when that is not enough, to it and
// to what is left of the process group that it heads. It may be called twice.
func (p *Process) Stop() {
	p.stop.Do(func() {
		p.stdin.Close()
		if p.Running() {
			_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may just have ended
			select {
			case <-p.done:
			case <-time.After(stopWithin):
			}
		}
		killGroup(p.PID())
		<-p.done
	})
}
