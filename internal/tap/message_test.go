//go:build linux && (amd64 || arm64)

package tap_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// A message begins when the direction flips, seen alike at both ends, whatever
// the addresses.
func TestMessages(t *testing.T) {
	for name, c := range map[string]struct{ network, listen, dial, shown string }{
		"IPv4":                     {"tcp4", "127.0.0.1:0", "127.0.0.1", "127.0.0.1"},
		"IPv6":                     {"tcp6", "[::1]:0", "::1", "::1"},
		"IPv4 on a socket of IPv6": {"tcp", "[::]:0", "127.0.0.1", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := look(t)
			l, port := listen(t, c.network, c.listen)
			w.port = port
			_, number, err := net.SplitHostPort(l.Addr().String())
			require.NoError(t, err)
			p := dial(t, l, net.JoinHostPort(c.dial, number))
			p.ask("GET ")
			p.ask("/\n")
			p.answer("200")
			p.ask("PUT /\n")
			events := w.finish()

			client, server := at(events, p.port()), at(events, port)
			require.Equal(t, []part{
				{event.Egress, event.MsgStart, 0, 4, "GET "},
				{event.Egress, 0, 4, 2, "/\n"},
				{event.Ingress, event.MsgStart, 0, 3, "200"},
				{event.Egress, event.MsgStart, 6, 6, "PUT /\n"},
			}, parts(client))
			require.Equal(t, []part{
				{event.Ingress, event.MsgStart, 0, 4, "GET "},
				{event.Ingress, 0, 4, 2, "/\n"},
				{event.Egress, event.MsgStart, 0, 3, "200"},
				{event.Ingress, event.MsgStart, 6, 6, "PUT /\n"},
			}, parts(server))
			checkIdentity(t, kind(client, event.Data), kind(server, event.Data))
			ip := netip.MustParseAddr(c.shown)
			for _, ev := range events {
				require.Equal(t, []netip.Addr{ip, ip}, []netip.Addr{ev.Local.Addr(), ev.Remote.Addr()}, "%+v", ev)
				require.Equal(t, event.TCP, ev.Transport)
			}
		})
	}
}

// checkIdentity compares what the two ends say of the same packets.
func checkIdentity(t *testing.T, client, server []event.Event) {
	t.Helper()
	require.NotEqual(t, client[0].Cookie, server[0].Cookie)
	for i := range client {
		c, s := client[i], server[i]
		require.Equal(t, [2]uint32{c.Seq, c.Ack}, [2]uint32{s.Seq, s.Ack}, "the key that joins the two ends")
		require.Equal(t, event.RoleClient, c.Role)
		require.Equal(t, event.RoleServer, s.Role)
		require.Equal(t, client[0].Cookie, c.Cookie)
		require.Equal(t, server[0].Cookie, s.Cookie)
		require.Equal(t, c.Local, s.Remote)
		require.Positive(t, c.ConnectTime, "the client's connect was seen")
		require.Zero(t, s.ConnectTime)
		require.NotZero(t, c.Process.Cgroup)
	}
	// The answer tells how far the question came, and the next question how far the answer did.
	require.Equal(t, int64(6), server[2].OtherPos)
	require.Equal(t, server[1].Time, server[2].OtherTime)
	require.Equal(t, int64(3), client[3].OtherPos)
	require.Equal(t, client[1].Time, client[3].LastTime)
	require.Less(t, client[0].Time, server[0].Time)
}

// Only the window is copied, over several packets if need be; the rest is
// counted, and its last bytes can be asked for.
func TestWindow(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Window = 1000 })
	p, port := connect(t)
	w.port = port
	p.ask("go")
	first, second := strings.Repeat("a", 700), strings.Repeat("b", 700)
	p.answer(first)
	cookie := w.until("the first part", func(ev *event.Event) bool {
		return ev.Local.Port() == port && ev.Dir == event.Egress
	}).Cookie
	var progress tap.ProgressRecord
	require.False(t, w.Progress(cookie, &progress), "no progress within the window")

	p.answer(second)
	require.True(t, w.Progress(cookie, &progress))
	require.Equal(t, uint64(1400), progress.Pos)
	require.Equal(t, "bbbbbbbb", tail(&progress))
	p.answer("12345")
	p.answer("0\r\n\r\n")
	require.True(t, w.Progress(cookie, &progress))
	require.Equal(t, uint64(1410), progress.Pos)
	require.Equal(t, uint32(event.Egress), progress.Dir)
	require.Equal(t, "3450\r\n\r\n", tail(&progress), "a chunked body's end in a packet of its own")
	reached := progress

	p.ask("next")
	require.False(t, w.Progress(cookie, &progress), "the entry goes when the direction flips")
	p.answer("HTTP/1.1")
	events := at(w.finish(), port)
	require.Equal(t, []part{
		{event.Ingress, event.MsgStart, 0, 2, "go"},
		{event.Egress, event.MsgStart, 0, 700, first},
		{event.Egress, 0, 700, 700, second[:300]},
		{event.Ingress, event.MsgStart, 2, 4, "next"},
		{event.Egress, event.MsgStart | event.Cut, 1410, 8, "HTTP/1.1"},
	}, parts(events))
	next := kind(events, event.Data)[3]
	require.Equal(t, int64(reached.Pos), next.OtherPos, "the final count travels with the next message")
	require.Equal(t, int64(reached.Time), next.OtherTime)
}

func tail(p *tap.ProgressRecord) string { return string(p.Tail[8-p.TailLen:]) }

// A tail of fewer than eight bytes says how many are true.
func TestShortTail(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Window = 1 })
	p, port := connect(t)
	w.port = port
	p.ask("abc")
	cookie := w.until("the start", func(ev *event.Event) bool { return ev.Local.Port() == port }).Cookie
	var progress tap.ProgressRecord
	require.True(t, w.Progress(cookie, &progress))
	require.Equal(t, "abc", tail(&progress))
	p.ask("de")
	require.True(t, w.Progress(cookie, &progress))
	require.Equal(t, "abcde", tail(&progress))
}

// Another status line behind the window, or across its end, opens it anew, as
// wide as a record can be: pipelined answers.
func TestWindowReopens(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Window = 8 })
	p, port := connect(t)
	w.port = port
	p.ask("q")
	p.answer("HTTP/1.1 200 OK")
	p.answer("a body that nobody wants")
	p.answer("HTTP/1.1 404 Not Found")
	p.answer("another body, longer than most")
	require.Equal(t, []part{
		{event.Ingress, event.MsgStart, 0, 1, "q"},
		{event.Egress, event.MsgStart, 0, 15, "HTTP/1.1"},
		{event.Egress, event.Cut, 39, 22, "HTTP/1.1 404 Not Found"},
	}, parts(at(w.finish(), port)))
}

// Verdicts: nothing more of a socket, or all of it.
func TestVerdicts(t *testing.T) {
	window := func(o *tap.Options) { o.Window = 4 }
	t.Run("ignore", func(t *testing.T) {
		w := look(t, window)
		p, port := connect(t)
		w.port = p.port() // the client's end, whose cookie it is
		p.ask("question")
		ev := w.until("the question", func(ev *event.Event) bool {
			return ev.Kind == event.Data && ev.Local.Port() == p.port()
		})
		require.NoError(t, w.Order(ev.Cookie, tap.Ignore))
		p.ask(" goes on")
		p.answer("answer")
		p.ask("again")
		p.close()
		ignored := w.count().Ignored
		events := at(w.finish(), p.port())
		require.Equal(t, []part{{event.Egress, event.MsgStart, 0, 8, "ques"}}, parts(events))
		require.Empty(t, kind(events, event.End))
		require.Empty(t, kind(events, event.Close))
		require.GreaterOrEqual(t, ignored, uint64(2))
		require.NotEmpty(t, at(w.seen, port), "the other end is another socket")
		var progress tap.ProgressRecord
		require.False(t, w.Progress(ev.Cookie, &progress), "the entry goes with the verdict")
	})
	t.Run("take all", func(t *testing.T) {
		w := look(t, window)
		p, port := connect(t)
		w.port = port
		p.ask("question")
		cookie := w.until("the question", func(ev *event.Event) bool {
			return ev.Kind == event.Data && ev.Local.Port() == port
		}).Cookie
		require.NoError(t, w.Order(cookie, tap.All))
		p.answer("all of ")
		p.answer("this")
		p.ask("and that")
		require.Equal(t, []part{
			{event.Ingress, event.MsgStart, 0, 8, "ques"},
			{event.Egress, event.MsgStart, 0, 7, "all of "},
			{event.Egress, 0, 7, 4, "this"},
			{event.Ingress, event.MsgStart | event.Cut, 8, 8, "and that"},
		}, parts(at(w.finish(), port)))
	})
	t.Run("take all of a message under way", func(t *testing.T) {
		w := look(t, window)
		p, port := connect(t)
		w.port = port
		p.ask("ques")
		cookie := w.until("the question", func(ev *event.Event) bool {
			return ev.Kind == event.Data && ev.Local.Port() == port
		}).Cookie
		require.NoError(t, w.Order(cookie, tap.All))
		p.ask("left out") // makes the progress entry, and with it looks for a verdict
		p.ask("taken")
		require.Equal(t, []part{
			{event.Ingress, event.MsgStart, 0, 4, "ques"},
			{event.Ingress, event.Cut, 12, 5, "taken"},
		}, parts(at(w.finish(), port)))
	})
}

// A connection that was open before is picked up at its next message.
func TestOpenBefore(t *testing.T) {
	home(t)
	p, port := connect(t)
	p.ask("unseen")
	p.answer("unseen, too")
	w := look(t)
	w.port = port
	p.ask("seen")
	p.answer("yes")
	p.close()
	w.until("the close", func(ev *event.Event) bool { return ev.Kind == event.Close && ev.Local.Port() == port })
	events := at(w.finish(), port)
	require.Equal(t, []part{
		{event.Ingress, event.MsgStart, 0, 4, "seen"},
		{event.Egress, event.MsgStart, 0, 3, "yes"},
	}, parts(events))
	require.Equal(t, event.RoleUnknown, events[0].Role, "nobody saw the handshake")
}
