//go:build linux && (amd64 || arm64)

package tap_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// A process is told once per socket: who it is, since when, and where.
func TestOwner(t *testing.T) {
	w := look(t)
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	w.port = port
	helper := startHelper(t, "client "+l.Addr().String(), testkit.Place{})
	c, err := l.Accept()
	require.NoError(t, err)
	defer c.Close()
	for _, text := range []string{"one", "two"} {
		converse(t, helper, c, text)
	}
	events := w.finish()

	server := kind(at(events, port), event.Owner)
	require.Len(t, server, 1, "not once per message")
	require.Equal(t, uint32(os.Getpid()), server[0].Process.PID)
	if w.Report().Owners != tap.RungKprobe { // which does not reach what is known of the socket
		require.Equal(t, event.RoleServer, server[0].Role)
	}

	mine := only(events, func(ev *event.Event) bool { return ev.Remote.Port() == port })
	client := kind(mine, event.Owner)
	require.Len(t, client, 1)
	got := client[0].Process
	require.Equal(t, uint32(helper.PID()), got.PID)
	require.NotZero(t, got.TID)
	require.Equal(t, comm(t, helper.PID()), got.Comm)
	require.InDelta(t, startTime(t, helper.PID()), got.Start, float64(10*time.Millisecond))
	require.Equal(t, namespace(t), got.NetNS)
	require.Equal(t, event.RoleClient, client[0].Role)
	for _, ev := range kind(mine, event.Data) {
		require.Equal(t, uint32(helper.PID()), ev.Process.PID, "known from connect on")
		require.Equal(t, got.Cgroup, ev.Process.Cgroup)
	}
}

// converse makes the helper send a line, and answers with the same.
func converse(t testing.TB, helper *testkit.Process, c net.Conn, text string) {
	t.Helper()
	helper.Send(t, text)
	got := make([]byte, len(text))
	_, err := io.ReadFull(c, got)
	require.NoError(t, err)
	require.Equal(t, text, string(got))
	_, err = c.Write(got)
	require.NoError(t, err)
	helper.WaitOutput(t, "answered "+text, 10*time.Second)
}

func comm(t testing.TB, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	require.NoError(t, err)
	return strings.TrimSpace(string(b))
}

// startTime is when a process started, in ns since boot, to a tick of 10 ms:
// field 22 of stat, proc(5).
func startTime(t testing.TB, pid int) uint64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(b), ") ")
	ticks, err := strconv.ParseUint(strings.Fields(rest)[19], 10, 64)
	require.NoError(t, err)
	return ticks * uint64(10*time.Millisecond)
}

// namespace is the number of the network namespace that the test runs in.
func namespace(t testing.TB) uint32 {
	t.Helper()
	var st unix.Stat_t
	require.NoError(t, unix.Stat("/proc/self/ns/net", &st))
	return uint32(st.Ino)
}

// Which thread reads a message is told when it begins to, and which one writes
// the answer with the answer itself, whatever rung tells.
func TestThreads(t *testing.T) {
	for _, rung := range []tap.Rung{tap.RungTracepoint, tap.RungFexit, tap.RungKprobe} {
		t.Run(string(rung), func(t *testing.T) {
			w := look(t, func(o *tap.Options) { o.Owners, o.Threads = rung, true })
			if w.Report().Owners != rung {
				t.Skip("this kernel refuses it; TestRungs says why")
			}
			require.True(t, w.Report().Readers && w.Report().Writers, "%v", w.Report().Missing)
			checkThreads(t, w)
		})
	}
}

func checkThreads(t *testing.T, w *watch) {
	t.Helper()
	p, port := connect(t)
	w.port = port
	for i := range 2 {
		_, err := io.WriteString(p.client, "first second")
		require.NoError(t, err)
		reader := onThread(func() { readAll(t, p.server, "first ") })
		onThread(func() { readAll(t, p.server, "second") })
		writer := onThread(func() { _, _ = io.WriteString(p.server, "answer") })
		readAll(t, p.client, "answer")
		answer := *w.until("the answer", func(ev *event.Event) bool {
			return ev.Kind == event.Data && ev.Local.Port() == port && ev.Pos == int64(6*i) && ev.Dir == event.Egress
		})
		require.Equal(t, writer, answer.Thread.TID())
		require.Less(t, answer.ReadTime, answer.Time)
		require.Greater(t, answer.ReadTime, answer.OtherTime)
		read := *w.until("the read", func(ev *event.Event) bool {
			return ev.Kind == event.Read && ev.Cookie == answer.Cookie && ev.Time == answer.ReadTime
		})
		require.Equal(t, reader, read.Thread.TID(), "the first reader of the message, not the last")
		require.Equal(t, uint32(os.Getpid()), read.Process.PID)
		require.Zero(t, read.Flags&event.Blocking, "Go's sockets do not block")
	}
	for i := range w.seen {
		if ev := &w.seen[i]; ev.Kind == event.Read {
			require.NotEqual(t, event.RoleClient, ev.Role, "nobody asks who reads an answer")
		}
	}
}

// onThread runs f on a thread of its own, and tells which.
func onThread(f func()) uint32 {
	tid := make(chan uint32)
	go func() {
		runtime.LockOSThread() // ends with the goroutine, and the thread with it
		f()
		tid <- uint32(unix.Gettid())
	}()
	return <-tid
}

func readAll(t testing.TB, c net.Conn, want string) {
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Errorf("read %q, %v; want %q", got, err, want)
	}
}
