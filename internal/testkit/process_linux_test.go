package testkit

import (
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStopEndsStubbornProcess(t *testing.T) {
	// Ignores SIGTERM, and so does the child that it leaves behind.
	p := Start(t, Spec{Args: []string{"sh", "-c", `trap "" TERM; sleep 100 & echo child $!; wait`}})
	p.WaitOutput(t, "child ", 5*time.Second)
	p.Stop()
	p.Stop()
	assert.False(t, p.Running())
	Poll(t, 5*time.Second, "the group to be empty", func() bool { return syscall.Kill(-p.PID(), 0) == syscall.ESRCH })
}

func TestProcessTalks(t *testing.T) {
	p := Start(t, Spec{Args: []string{"sh", "-c", `echo "$KIT"; read a; echo "got $a" >&2; exit 3`}, Env: []string{"KIT=here"}})
	p.Send(t, "this")
	var exit *exec.ExitError
	require.ErrorAs(t, p.Wait(t, 5*time.Second), &exit)
	assert.Equal(t, 3, exit.ExitCode())
	assert.Equal(t, "here\ngot this\n", p.Output())
}

func TestServerThatEndsIsNotReady(t *testing.T) {
	p, err := launch(Spec{Args: []string{"sh", "-c", "echo no such luck; exit 1"}})
	require.NoError(t, err)
	defer p.Stop()
	assert.ErrorContains(t, p.ready(Spec{TCP: 1}), "no such luck")
}

func TestListening(t *testing.T) {
	port := FreePort(t)
	self := syscall.Getpid()
	assert.False(t, listening(self, "tcp", port))
	assert.False(t, listening(self, "udp", port))
	d := StartDNS(t, DNSOptions{})
	assert.True(t, listening(d.PID(), "tcp", d.Port))
	assert.True(t, listening(d.PID(), "udp", d.Port))
}
