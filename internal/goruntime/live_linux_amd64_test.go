package goruntime

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestLive reads the ids out of a running program: of a goroutine that waits in a
// system call, as a tracer in the kernel finds it.
func TestLive(t *testing.T) {
	testkit.Root(t)
	race := variant{name: "race", env: []string{"CGO_ENABLED=1"}, flags: []string{"-race"}, cgo: true}
	for _, v := range append(variants(), race) {
		t.Run(v.name, func(t *testing.T) {
			exe := program(t, v)
			info, err := read(t, exe)
			require.NoError(t, err)
			assert.Equal(t, runtime.Version(), info.Version)

			p := testkit.Start(t, testkit.Spec{Args: []string{exe}})
			goid, parent, tid := ready(t, p)
			g := word(t, p.PID(), fsbase(t, tid)-8)
			assert.Equal(t, goid, word(t, p.PID(), g+uint64(info.Offsets.Goid)))
			assert.Equal(t, parent, word(t, p.PID(), g+uint64(info.Offsets.ParentGoid)))
			assert.NotEqual(t, uint64(1), parent, "main's goroutine did not start it")
		})
	}
}

// ready waits until the program has said who it is, and is in read(2).
func ready(t *testing.T, p *testkit.Process) (goid, parent uint64, tid int) {
	t.Helper()
	p.WaitOutput(t, "\n", 10*time.Second)
	_, err := fmt.Sscanf(p.Output(), "ready %d %d %d", &goid, &parent, &tid)
	require.NoError(t, err)
	require.NotEqual(t, p.PID(), tid)
	testkit.Poll(t, 10*time.Second, "the program to read", func() bool {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", p.PID(), tid))
		return err == nil && strings.HasPrefix(string(b), fmt.Sprintf("%d 0x0 ", unix.SYS_READ))
	})
	return goid, parent, tid
}

// fsbase stops a thread for as long as it takes to read the register.
func fsbase(t *testing.T, tid int) uint64 {
	t.Helper()
	runtime.LockOSThread() // ptrace is between threads
	defer runtime.UnlockOSThread()
	require.NoError(t, unix.PtraceAttach(tid))
	defer func() { _ = unix.PtraceDetach(tid) }()
	testkit.Poll(t, 10*time.Second, "the thread to stop", func() bool {
		stopped, err := unix.Wait4(tid, nil, unix.WALL|unix.WNOHANG, nil)
		return err == nil && stopped == tid
	})
	var regs unix.PtraceRegs
	require.NoError(t, unix.PtraceGetRegs(tid, &regs))
	return regs.Fs_base
}

// word reads 64 bits of another process's memory.
func word(t *testing.T, pid int, at uint64) uint64 {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	b := make([]byte, 8)
	_, err = f.ReadAt(b, int64(at))
	require.NoError(t, err)
	return binary.LittleEndian.Uint64(b)
}
