//go:build linux && (amd64 || arm64)

package tap_test

import (
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func notSelf(o *tap.Options) { o.TraceSelf = false }

// Not one record tells of the collector's own sockets: made before the tap or
// after it, listening (with MPTCP, as net.Listen does, or without), accepted or connected, TCP or UDP.
func TestOwnSockets(t *testing.T) {
	plain := net.ListenConfig{}
	plain.SetMultipathTCP(false)
	multi := net.ListenConfig{}
	multi.SetMultipathTCP(true)
	for name, c := range map[string]struct {
		config net.ListenConfig
		before bool
	}{
		"TCP listener from before":   {plain, true},
		"TCP listener from after":    {plain, false},
		"MPTCP listener from before": {multi, true},
		"MPTCP listener from after":  {multi, false},
	} {
		t.Run(name, func(t *testing.T) {
			var l net.Listener
			var err error
			open := func() {
				l, err = c.config.Listen(t.Context(), "tcp", "127.0.0.1:0")
				require.NoError(t, err)
			}
			home(t)
			if c.before {
				open()
			}
			w := look(t, notSelf)
			require.True(t, w.Report().OwnSockets)
			if !c.before {
				open()
			}
			defer l.Close()
			w.port = uint16(l.Addr().(*net.TCPAddr).Port)

			// From another process, whose end is to be seen.
			helper := startHelper(t, "client "+l.Addr().String(), testkit.Place{})
			accepted, err := l.Accept()
			require.NoError(t, err)
			defer accepted.Close()
			converse(t, helper, accepted, "scrape")
			// From this process, whose both ends are its own.
			p := dial(t, l.(*net.TCPListener), l.Addr().String())
			p.ask("export")
			p.answer("thanks")
			p.close()

			own := w.count().Own
			events := w.finish()
			require.Empty(t, at(events, w.port), "the server's ends are the collector's")
			require.Empty(t, at(events, p.port()))
			for _, ev := range events {
				require.NotEqual(t, uint32(os.Getpid()), ev.Process.PID)
			}
			require.Equal(t, []part{
				{event.Egress, event.MsgStart, 0, 6, "scrape"},
				{event.Ingress, event.MsgStart, 0, 6, "scrape"},
			}, parts(events), "the other process's end is seen")
			require.GreaterOrEqual(t, own, uint64(6))
		})
	}
}

// Sockets that were connected before the tap, and UDP.
func TestOwnOpenSockets(t *testing.T) {
	home(t)
	p, port := connect(t)
	u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer u.Close()
	w := look(t, notSelf)
	w.port = port
	p.ask("export")
	p.answer("thanks")
	late, err := net.DialUDP("udp4", nil, u.LocalAddr().(*net.UDPAddr))
	require.NoError(t, err)
	defer late.Close()
	_, err = late.Write([]byte("metric"))
	require.NoError(t, err)
	echo(t, u)
	require.GreaterOrEqual(t, w.count().Own, uint64(7))
	require.Empty(t, w.finish())
}

// A failed connect of its own is not told of, either.
func TestOwnFailedConnect(t *testing.T) {
	w := look(t, notSelf)
	w.port = testkit.FreePort(t)
	_, err := net.DialTCP("tcp4", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(w.port)})
	require.Error(t, err)
	require.Empty(t, w.finish())
}
