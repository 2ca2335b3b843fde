//go:build linux && (amd64 || arm64)

package tap_test

import (
	"io"
	"net"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func isClose(port uint16) func(*event.Event) bool {
	return func(ev *event.Event) bool { return ev.Kind == event.Close && ev.Local.Port() == port }
}

// FIN ends a direction, and the end of the socket tells how far both came.
func TestEnd(t *testing.T) {
	w := look(t)
	p, port := connect(t)
	w.port = port
	p.ask("question")
	p.answer("answer")
	p.close()
	w.until("the client's close", isClose(p.port()))
	w.until("the server's close", isClose(port))
	events := w.finish()
	for name, c := range map[string]struct {
		port, remote     uint16
		asked, answered  event.Dir
		received, sent   int64
		firstFin, second event.Dir
	}{
		"client": {p.port(), port, event.Egress, event.Ingress, 6, 8, event.Egress, event.Ingress},
		"server": {port, p.port(), event.Ingress, event.Egress, 8, 6, event.Ingress, event.Egress},
	} {
		t.Run(name, func(t *testing.T) {
			mine := at(events, c.port)
			data, ends, closes := kind(mine, event.Data), kind(mine, event.End), kind(mine, event.Close)
			require.Len(t, data, 2)
			require.Len(t, ends, 2)
			require.Len(t, closes, 1)
			first := ends[0]
			require.Equal(t, c.firstFin, first.Dir)
			require.Equal(t, c.second, ends[1].Dir)
			require.Equal(t, []int64{8, 6}, []int64{first.Pos, first.OtherPos}, "the client ends first")
			require.Equal(t, data[0].Time, first.LastTime)
			require.Equal(t, data[1].Time, first.OtherTime)
			require.Zero(t, first.Flags&event.Reset)
			end := closes[0]
			require.Equal(t, []int64{c.received, c.sent}, []int64{end.Pos, end.OtherPos})
			require.Equal(t, c.port, end.Local.Port(), "the port outlives the state")
			require.Equal(t, c.remote, end.Remote.Port())
			require.Equal(t, data[0].Cookie, end.Cookie)
			require.Equal(t, data[0].Process.Cgroup, end.Process.Cgroup)
		})
	}
}

// RST ends both directions at once.
func TestReset(t *testing.T) {
	w := look(t)
	p, port := connect(t)
	w.port = port
	p.ask("question")
	require.NoError(t, p.client.SetLinger(0))
	p.client.Close()
	w.until("the server's close", isClose(port))
	events := at(w.finish(), port)
	ends := kind(events, event.End)
	require.Len(t, ends, 1)
	require.Equal(t, event.Ingress, ends[0].Dir)
	require.Equal(t, event.Reset, ends[0].Flags)
	require.Equal(t, int64(8), ends[0].Pos)
	require.Len(t, kind(events, event.Close), 1)
}

// A connection that carried nothing has nothing to say.
func TestNothingSaid(t *testing.T) {
	w := look(t)
	p, port := connect(t)
	w.port = port
	p.close()
	q, _ := connect(t)
	q.ask("flush")
	events := only(w.finish(), func(ev *event.Event) bool { return ev.Kind != event.Owner })
	require.Empty(t, events)
}

func TestFailedConnect(t *testing.T) {
	w := look(t)
	w.port = testkit.FreePort(t)
	_, err := net.DialTCP("tcp4", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(w.port)})
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	events := w.finish()
	connects := kind(events, event.Connect)
	require.Len(t, connects, 1)
	got := connects[0]
	require.Equal(t, uint32(syscall.ECONNREFUSED), got.Errno)
	require.Equal(t, event.RoleClient, got.Role)
	require.Equal(t, uint32(os.Getpid()), got.Process.PID)
	require.Equal(t, w.port, got.Remote.Port())
	require.NotZero(t, got.Local.Port())
	require.NotZero(t, got.Process.Cgroup)
	owners := kind(events, event.Owner)
	require.Len(t, owners, 1)
	require.Equal(t, owners[0].Cookie, got.Cookie)
	require.Len(t, events, 2, "neither end nor close of what never was")
}

// connectTwice connects, says hello, disconnects (connect to AF_UNSPEC), and does
// the same again on the same socket.
const connectTwice = `
import ctypes, socket, sys
s = socket.socket()
for _ in range(2):
    s.connect(("127.0.0.1", int(sys.argv[1])))
    s.sendall(b"hello")
    s.recv(1)
    assert ctypes.CDLL(None).connect(s.fileno(), bytes(16), 16) == 0
`

// A socket may connect, disconnect and connect again: the same cookie, and a new connection.
func TestConnectAgain(t *testing.T) {
	testkit.Need(t, "python3")
	w := look(t)
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	w.port = port
	p := testkit.Start(t, testkit.Spec{Args: []string{"python3", "-c", connectTwice, strconv.Itoa(int(port))}})
	for range 2 {
		c, err := l.Accept()
		require.NoError(t, err)
		_, err = io.ReadFull(c, make([]byte, 5))
		require.NoError(t, err)
		_, err = io.WriteString(c, "!")
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, c)
		require.Error(t, err, "a disconnect resets")
		c.Close()
	}
	require.NoError(t, p.Wait(t, 10*time.Second), p.Output())
	events := only(w.finish(), func(ev *event.Event) bool { return ev.Role == event.RoleClient })
	hello := part{event.Egress, event.MsgStart, 0, 5, "hello"}
	mark := part{event.Ingress, event.MsgStart, 0, 1, "!"}
	got := parts(events)
	require.Equal(t, []part{hello, mark, hello, mark}, got, "the second begins anew")
	data := kind(events, event.Data)
	require.Equal(t, data[0].Cookie, data[2].Cookie)
	require.Len(t, kind(events, event.Close), 2)
}
