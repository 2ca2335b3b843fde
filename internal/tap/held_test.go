//go:build linux && (amd64 || arm64)

package tap_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// An answer that the kernel holds back is told when it is written, so that nobody
// takes its request for one that is still in hand; one that leaves at once is not.
func TestAnswerHeldBack(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Threads = true })
	if w.Report().Owners != tap.RungTracepoint && w.Report().Owners != tap.RungFexit {
		t.Skip("sends are seen before their packets here; TestRungs says why")
	}
	p, port := connect(t)
	w.port = port
	p.ask("question")
	p.answer("answer")
	p.ask("another")
	raw, err := p.server.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		require.NoError(t, unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_CORK, 1))
	}))
	writer := onThread(func() { _, _ = io.WriteString(p.server, "held") })
	written := *w.until("the write", func(ev *event.Event) bool { return ev.Kind == event.Read && ev.Dir == event.Egress })
	require.Equal(t, writer, written.Thread.TID())
	require.NoError(t, raw.Control(func(fd uintptr) {
		require.NoError(t, unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_CORK, 0))
	}))
	readAll(t, p.client, "held")
	p.close()
	w.until("the close", isClose(port))
	count := 0
	for _, ev := range w.finish() {
		if ev.Kind == event.Read && ev.Dir == event.Egress && ev.Cookie == written.Cookie {
			count++
		}
	}
	require.Equal(t, 1, count)
}
