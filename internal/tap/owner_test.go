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
	require.Equal(t, event.RoleServer, server[0].Role)

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

// Which thread began to read a message and which one wrote the answer: each
// is known by the next message.
func TestThreads(t *testing.T) {
	w := look(t)
	p, port := connect(t)
	w.port = port
	_, err := io.WriteString(p.client, "first second")
	require.NoError(t, err)
	reader := onThread(func() { readAll(t, p.server, "first ") })
	onThread(func() { readAll(t, p.server, "second") })
	before := now()
	writer := onThread(func() { _, err = io.WriteString(p.server, "answer") })
	require.NoError(t, err)
	readAll(t, p.client, "answer")
	p.ask("again")
	events := kind(at(w.finish(), port), event.Data)
	require.Len(t, events, 3)
	question, answer, again := events[0], events[1], events[2]
	require.Zero(t, question.ReadTID, "nobody had read it yet")
	require.Equal(t, reader, answer.ReadTID, "the first reader of the message, not the last")
	require.Greater(t, answer.ReadTime, question.Time)
	require.Less(t, answer.ReadTime, answer.Time)
	require.Less(t, answer.ReadTime, before)
	require.Equal(t, writer, again.WriteTID)
	require.GreaterOrEqual(t, again.WriteTime, answer.Time, "the packet leaves within the write")
	require.Less(t, again.WriteTime, again.Time)
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

// now is CLOCK_BOOTTIME in ns.
func now() int64 {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) // cannot fail: the clock exists since 2.6.39
	return ts.Nano()
}
