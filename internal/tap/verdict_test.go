//go:build linux && (amd64 || arm64)

package tap_test

import (
	"net"
	"strings"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// order waits for payload at this port, and orders the verdict for its socket.
func (w *watch) order(port uint16, v tap.Verdict) {
	w.t.Helper()
	ev := w.until("payload", func(ev *event.Event) bool { return ev.Kind == event.Data && ev.Local.Port() == port })
	require.NoError(w.t, w.Order(ev.Cookie, v))
}

// Turns: when each message began, and how long it was.
func TestTurns(t *testing.T) {
	w := look(t)
	p, port := connect(t)
	w.port = port
	p.ask("hello")
	w.order(port, tap.Turns)
	long := strings.Repeat("x", 5000)
	p.answer(long)
	p.answer(long)
	p.ask("next")
	p.answer("short")
	p.close()
	w.until("the close", isClose(port))
	events := at(w.finish(), port)
	require.Equal(t, []part{
		{event.Ingress, event.MsgStart, 0, 5, "hello"},
		{event.Egress, event.MsgStart, 0, 5000, long[:64]},
		{event.Ingress, event.MsgStart, 5, 4, "next"},
		{event.Egress, event.MsgStart | event.Cut, 10000, 5, "short"},
	}, parts(events))
	data := kind(events, event.Data)
	require.Equal(t, int64(10000), data[2].OtherPos)
	require.Less(t, data[1].Time, data[2].OtherTime, "when the last of it passed")
	var progress tap.ProgressRecord
	require.False(t, w.Progress(data[0].Cookie, &progress), "nobody asks for the rest")
}

// Of datagrams too, but what may be the handshake of QUIC (RFC 9000, 17.2) is wanted whole.
func TestTurnsOfDatagrams(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Window = 1000 })
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer server.Close()
	w.port = uint16(server.LocalAddr().(*net.UDPAddr).Port)
	c, err := net.DialUDP("udp4", nil, server.LocalAddr().(*net.UDPAddr))
	require.NoError(t, err)
	defer c.Close()
	send := func(text string) {
		_, err = c.Write([]byte(text))
		require.NoError(t, err)
		_, _, err = server.ReadFromUDP(make([]byte, 2000))
		require.NoError(t, err)
	}
	short := strings.Repeat("s", 1200)
	send(short)
	w.order(w.port, tap.Turns)
	for _, text := range []string{short, "\xc0" + short[1:], "\x80", "\x7f" + short[1:], "tiny"} {
		send(text)
	}
	require.Equal(t, []part{
		{event.Ingress, event.MsgStart, 0, 1200, short[:1000]},
		{event.Ingress, event.MsgStart, 1200, 1200, short[:64]},
		{event.Ingress, event.MsgStart, 2400, 1200, "\xc0" + short[1:1000]},
		{event.Ingress, event.MsgStart, 3600, 1, "\x80"},
		{event.Ingress, event.MsgStart, 3601, 1200, "\x7f" + short[1:64]},
		{event.Ingress, event.MsgStart, 4801, 4, "tiny"},
	}, parts(at(w.finish(), w.port)))
}

// Totals: no payload, and no message; the final counts come with the end.
func TestTotals(t *testing.T) {
	w := look(t)
	p, port := connect(t)
	w.port = port
	p.ask("hello")
	w.order(port, tap.Totals)
	messages := w.count().Messages
	long := strings.Repeat("x", 5000)
	for range 20 {
		p.answer(long)
		p.ask("next")
	}
	c := w.count()
	require.Equal(t, uint64(40), c.Totaled)
	require.Equal(t, uint64(40), c.Messages-messages, "those of the other end")
	p.close()
	w.until("the close", isClose(port))
	events := at(w.finish(), port)
	require.Equal(t, []part{{event.Ingress, event.MsgStart, 0, 5, "hello"}}, parts(events))
	require.Empty(t, kind(events, event.Passed), "not before ten seconds")
	ends, closes := kind(events, event.End), kind(events, event.Close)
	require.Len(t, ends, 2)
	require.Equal(t, []int64{85, 100_000}, []int64{ends[0].Pos, ends[0].OtherPos})
	require.Less(t, ends[0].OtherTime, ends[0].LastTime)
	require.Less(t, kind(events, event.Data)[0].Time, ends[0].OtherTime)
	require.Len(t, closes, 1)
	require.Equal(t, []int64{85, 100_000}, []int64{closes[0].Pos, closes[0].OtherPos})
	require.Equal(t, c.Messages, w.starts)
}

// eager makes the tap tell totals at once.
func eager(spec *ebpf.CollectionSpec) {
	if err := spec.Variables["beyla_tell"].Set(uint32(0)); err != nil {
		panic(err)
	}
}

// Passed says how far both directions have come, and when.
func TestPassed(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Alter(eager) })
	p, port := connect(t)
	w.port = port
	p.ask("hello")
	w.order(port, tap.Totals)
	p.answer("answer")
	p.ask("next")
	p.ask("more")
	w.order(port, tap.Ignore)
	p.answer("ignored")
	p.ask("ignored")
	events := at(w.finish(), port)
	require.Equal(t, []part{{event.Ingress, event.MsgStart, 0, 5, "hello"}}, parts(events))
	got := kind(events, event.Passed)
	require.Len(t, got, 3)
	require.Equal(t, []event.Dir{event.Egress, event.Ingress, event.Ingress}, []event.Dir{got[0].Dir, got[1].Dir, got[2].Dir})
	require.Equal(t, [][2]int64{{6, 5}, {9, 6}, {13, 6}}, [][2]int64{
		{got[0].Pos, got[0].OtherPos}, {got[1].Pos, got[1].OtherPos}, {got[2].Pos, got[2].OtherPos},
	})
	hello := kind(events, event.Data)[0]
	require.Equal(t, hello.Time, got[0].OtherTime)
	require.Equal(t, got[0].Time, got[1].OtherTime)
	for _, ev := range got {
		require.Equal(t, ev.Time, ev.LastTime)
		require.Equal(t, hello.Cookie, ev.Cookie)
		require.Equal(t, hello.Local, ev.Local)
		require.Equal(t, hello.Remote, ev.Remote)
		require.Equal(t, hello.Process.Cgroup, ev.Process.Cgroup)
		require.Equal(t, hello.Role, ev.Role)
		require.Zero(t, ev.Len)
	}
}

// A UDP socket's count is of all its peers.
func TestPassedDatagrams(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Alter(eager) })
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer server.Close()
	w.port = uint16(server.LocalAddr().(*net.UDPAddr).Port)
	c, err := net.DialUDP("udp4", nil, server.LocalAddr().(*net.UDPAddr))
	require.NoError(t, err)
	defer c.Close()
	turn := func() {
		_, err = c.Write([]byte("question"))
		require.NoError(t, err)
		echo(t, server)
		_, err = c.Read(make([]byte, 8))
		require.NoError(t, err)
	}
	turn()
	w.order(w.port, tap.Totals)
	turn()
	got := kind(at(w.finish(), w.port), event.Passed)
	require.Len(t, got, 2)
	require.Equal(t, [][2]int64{{16, 8}, {16, 16}}, [][2]int64{{got[0].Pos, got[0].OtherPos}, {got[1].Pos, got[1].OtherPos}})
	require.Equal(t, event.UDP, got[0].Transport)
	require.Equal(t, c.LocalAddr().String(), got[0].Remote.String())
}
