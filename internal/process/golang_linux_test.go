package process

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/goruntime"
)

// gopher is a process that runs this test's own executable, which is a Go program.
func gopher(t testing.TB) fake {
	exe, err := os.Executable()
	require.NoError(t, err)
	return fake{pid: 88, ticks: 4200, comm: "gopher", exe: exe}
}

// offsets of the Go version that made this test.
func offsets(t testing.TB) goruntime.Offsets {
	f, err := os.Open(gopher(t).exe)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	stat, err := f.Stat()
	require.NoError(t, err)
	info, err := goruntime.Read(f, stat.Size())
	require.NoError(t, err)
	return info.Offsets
}

func TestGoProgram(t *testing.T) {
	p, _, c := setup(t)
	p.add(gopher(t))
	r := c.Lookup(seen(gopher(t)))
	assert.Equal(t, offsets(t), r.Go)
	assert.NotZero(t, r.Go.Goid)
	assert.NotZero(t, r.Go.ParentGoid)
	assert.Equal(t, "go", value(r, "process.runtime.name"))
	assert.Equal(t, runtime.Version(), value(r, "process.runtime.version"))
}

func TestLiveGoProgram(t *testing.T) {
	c := live(t)
	pid := os.Getpid()
	r := c.Lookup(event.Process{PID: uint32(pid), Start: startOf(t, pid)})
	assert.Equal(t, offsets(t), r.Go)
	assert.Equal(t, runtime.Version(), value(r, "process.runtime.version"))
}

func TestNoGoProgram(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for name, exe := range map[string]string{
		"another program":         "/bin/sh",
		"no permission to see it": "",
		"not there":               filepath.Join(folder, "gone"),
		"a pipe":                  pipe,
		"a folder":                folder,
	} {
		t.Run(name, func(t *testing.T) {
			p, _, c := setup(t)
			f := fake{pid: 88, ticks: 4200, comm: "other", exe: exe}
			p.add(f)
			r := c.Lookup(seen(f))
			assert.False(t, r.Provisional)
			assert.Zero(t, r.Go)
			assert.Empty(t, value(r, "process.runtime.name"))
			assert.Empty(t, value(r, "process.runtime.version"))
		})
	}
}

// TestExecutableOfTheNextProcess has the pid pass to another process before the executable is opened.
func TestExecutableOfTheNextProcess(t *testing.T) {
	p := newFakeProc(t)
	f := gopher(t)
	p.add(f)
	said, err := procFS(p.root).read(f.pid, 0)
	require.NoError(t, err)
	var b binaries
	assert.NotZero(t, b.golang(procFS(p.root), f.pid, &said))
	f.ticks++
	p.add(f)
	assert.Zero(t, b.golang(procFS(p.root), f.pid, &said))
	p.remove(f.pid)
	assert.Zero(t, b.golang(procFS(p.root), f.pid, &said))
}

func TestExecutableIsReadOnce(t *testing.T) {
	var b binaries
	name := filepath.Join(t.TempDir(), "program")
	look := func() goruntime.Info {
		f, err := os.Open(name)
		require.NoError(t, err)
		defer func() { _ = f.Close() }()
		return b.look(f)
	}
	require.NoError(t, os.WriteFile(name, []byte("#!/bin/sh\n"), 0o755))
	assert.Zero(t, look())
	require.Len(t, b.seen, 1, "what is no Go program is remembered, too")
	told := goruntime.Info{Version: "told"}
	for id := range b.seen {
		b.seen[id] = told
	}
	assert.Equal(t, told, look(), "the file is not read again")

	content, err := os.ReadFile(gopher(t).exe)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, content, 0o755))
	assert.Equal(t, goruntime.Info{Version: runtime.Version(), Offsets: offsets(t)}, look(), "it was written over")
	assert.Len(t, b.seen, 2)
}

func TestExecutablesAreCapped(t *testing.T) {
	var b binaries
	for i := range uint64(maxBinaries + 10) {
		b.put(fileID{ino: i}, goruntime.Info{Version: "go1"})
		_, ok := b.get(fileID{ino: i})
		assert.True(t, ok)
	}
	assert.Len(t, b.seen, maxBinaries)
}

func TestSameHoldsGo(t *testing.T) {
	one := &Resource{Go: goruntime.Offsets{Goid: 152}}
	assert.True(t, one.same(&Resource{Go: goruntime.Offsets{Goid: 152}}))
	assert.False(t, one.same(&Resource{Go: goruntime.Offsets{Goid: 160}}))
}

func BenchmarkExecutable(b *testing.B) {
	exe, err := os.Open(gopher(b).exe)
	require.NoError(b, err)
	defer func() { _ = exe.Close() }()
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			var all binaries
			all.look(exe)
		}
	})
	b.Run("again", func(b *testing.B) {
		var all binaries
		for b.Loop() {
			all.look(exe)
		}
	})
}
