package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func live(t testing.TB) *Cache {
	if runtime.GOOS != "linux" {
		testkit.Without(t, "no /proc here")
	}
	return New(Options{Version: "test"})
}

// startOf is a process's start as the kernel would tell it.
func startOf(t testing.TB, pid int) uint64 {
	s, err := procFS("/proc").stat(uint32(pid))
	require.NoError(t, err)
	return s.ticks * tick
}

func TestLiveSelf(t *testing.T) {
	c := live(t)
	pid := os.Getpid()
	r := c.Lookup(event.Process{PID: uint32(pid), Start: startOf(t, pid)})
	exe, err := os.Executable()
	require.NoError(t, err)
	assert.Equal(t, exe, r.Executable)
	assert.Equal(t, exe, value(r, "process.executable.path"))
	assert.Equal(t, filepath.Base(exe), value(r, "process.executable.name"))
	assert.Equal(t, os.Args[0], value(r, "process.command"))
	host, err := os.Hostname()
	require.NoError(t, err)
	assert.Equal(t, host, value(r, "host.name"))
	link, err := os.Readlink("/proc/self/ns/net")
	require.NoError(t, err)
	assert.Equal(t, nsInode(link), r.NetNS)
	assert.NotZero(t, r.NetNS)
	assert.NotEmpty(t, value(r, "service.instance.id"))
}

func TestLiveChild(t *testing.T) {
	c := live(t)
	child := exec.Command("cat")
	child.Env = []string{"PATH=" + os.Getenv("PATH"), "OTEL_SERVICE_NAME=my shop", "OTEL_RESOURCE_ATTRIBUTES=service.version=7", "SECRET=x"}
	in, err := child.StdinPipe()
	require.NoError(t, err)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	_, err = in.Write([]byte("x"))
	require.NoError(t, err)
	_, err = out.Read(make([]byte, 1)) // it has got through exec
	require.NoError(t, err)

	pid := child.Process.Pid
	who := event.Process{PID: uint32(pid), Start: startOf(t, pid), Comm: "cat"}
	r := c.Lookup(who)
	assert.Equal(t, "my shop", r.Service)
	assert.Equal(t, "7", value(r, "service.version"))
	assert.Same(t, r, c.Lookup(who))
	require.NoError(t, in.Close())
	require.NoError(t, child.Wait())
	assert.Same(t, r, c.Lookup(who), "its last spans are still its own")
	c.Sweep()
	c.Sweep()
	assert.Zero(t, c.Stats().Size)
	again := c.Lookup(who)
	assert.Equal(t, "cat", again.Service, "exited: what the kernel told")
	assert.Equal(t, value(r, "service.instance.id"), value(again, "service.instance.id"))
}
