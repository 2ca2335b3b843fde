//go:build linux && (amd64 || arm64)

package tap_test

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/goruntime"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// In a Go program the goroutine is told as well, once the kernel knows where
// its id lies; and nothing is told of who reads in a process that is a leaf, until it connects.
func TestProcesses(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Threads = true })
	if w.Report().Owners == tap.RungNone {
		t.Skip("this kernel refuses every rung; TestRungs says why")
	}
	exe, err := os.Open("/proc/self/exe")
	require.NoError(t, err)
	defer exe.Close()
	stat, err := exe.Stat()
	require.NoError(t, err)
	program, err := goruntime.Read(exe, stat.Size())
	require.NoError(t, err)
	offsets := program.Offsets
	require.NoError(t, err)
	self := uint32(os.Getpid())
	known := tap.Process{Goid: offsets.Goid, GoidParent: offsets.ParentGoid}
	require.NoError(t, w.Know(self, known))
	p, port := connect(t)
	w.port = port
	exchange := func() (reader, writer, child uint64) {
		_, err := io.WriteString(p.client, "question")
		require.NoError(t, err)
		reader = goid(t)
		readAll(t, p.server, "question")
		done := make(chan struct{})
		go func() {
			defer close(done)
			writer = goid(t)
			_, _ = io.WriteString(p.server, "answer")
		}()
		<-done
		readAll(t, p.client, "answer")
		return reader, writer, goid(t)
	}
	reader, writer, parent := exchange()
	answer := *w.until("the answer", func(ev *event.Event) bool {
		return ev.Kind == event.Data && ev.Local.Port() == port && ev.Dir == event.Egress
	})
	require.Equal(t, writer, answer.Thread.Goroutine)
	require.Equal(t, parent, answer.Thread.GoroutineParent)
	read := *w.until("the read", func(ev *event.Event) bool { return ev.Kind == event.Read && ev.Cookie == answer.Cookie })
	require.Equal(t, reader, read.Thread.Goroutine)

	known.Leaf = true
	require.NoError(t, w.Know(self, known))
	exchange()
	other, _ := connect(t) // the process is a leaf no more
	exchange()
	other.close()
	p.close()
	w.until("the close", isClose(port))
	reads := 0
	for _, ev := range w.finish() {
		if ev.Kind == event.Read && ev.Cookie == answer.Cookie {
			reads++
		}
	}
	require.Equal(t, 2, reads, "all but the one of the leaf")
	require.NoError(t, w.Know(self, tap.Process{}))
}

// goid is the number of the running goroutine, as its own stack trace tells.
func goid(t testing.TB) uint64 {
	var id uint64
	_, err := fmt.Sscanf(string(debug.Stack()), "goroutine %d ", &id)
	if err != nil {
		t.Error(err)
	}
	return id
}
