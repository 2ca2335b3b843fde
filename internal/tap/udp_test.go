//go:build linux && (amd64 || arm64)

package tap_test

import (
	"net"
	"net/netip"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// Every datagram is a message, connected socket or not.
func TestDatagrams(t *testing.T) {
	for name, address := range map[string]string{"IPv4": "127.0.0.1", "IPv6": "::1"} {
		t.Run(name, func(t *testing.T) {
			w := look(t)
			ip := netip.MustParseAddr(address)
			server, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 0)))
			require.NoError(t, err)
			defer server.Close()
			to := server.LocalAddr().(*net.UDPAddr)
			w.port = uint16(to.Port)
			connected, err := net.DialUDP("udp", nil, to)
			require.NoError(t, err)
			defer connected.Close()
			loose, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 0)))
			require.NoError(t, err)
			defer loose.Close()

			_, err = connected.Write([]byte("one"))
			require.NoError(t, err)
			echo(t, server)
			_, err = loose.WriteToUDPAddrPort([]byte("three"), to.AddrPort())
			require.NoError(t, err)
			echo(t, server)
			for _, c := range []*net.UDPConn{connected, loose} {
				_, err = c.Read(make([]byte, 8))
				require.NoError(t, err)
			}
			events := w.finish()
			require.Equal(t, []part{
				{event.Ingress, event.MsgStart, 0, 3, "one"},
				{event.Egress, event.MsgStart, 0, 3, "one"},
				{event.Ingress, event.MsgStart, 3, 5, "three"},
				{event.Egress, event.MsgStart, 3, 5, "three"},
			}, parts(at(events, w.port)))
			for _, c := range []*net.UDPConn{connected, loose} {
				mine := at(events, c.LocalAddr().(*net.UDPAddr).AddrPort().Port())
				data := kind(mine, event.Data)
				require.Len(t, data, 2)
				for _, ev := range data {
					require.Equal(t, event.UDP, ev.Transport)
					require.Equal(t, netip.AddrPortFrom(ip, w.port), ev.Remote)
					require.Equal(t, ip, ev.Local.Addr())
				}
				owners := kind(only(w.seen, func(ev *event.Event) bool { return ev.Cookie == data[0].Cookie }), event.Owner)
				require.Len(t, owners, 1)
				require.Equal(t, uint32(os.Getpid()), owners[0].Process.PID)
			}
		})
	}
}

func echo(t testing.TB, c *net.UDPConn) {
	t.Helper()
	b := make([]byte, 64)
	n, from, err := c.ReadFromUDPAddrPort(b)
	require.NoError(t, err)
	_, err = c.WriteToUDPAddrPort(b[:n], from)
	require.NoError(t, err)
}

// A datagram with nothing in it is none.
func TestEmptyDatagram(t *testing.T) {
	w := look(t)
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer server.Close()
	w.port = uint16(server.LocalAddr().(*net.UDPAddr).Port)
	c, err := net.DialUDP("udp4", nil, server.LocalAddr().(*net.UDPAddr))
	require.NoError(t, err)
	defer c.Close()
	for _, text := range []string{"", "x"} {
		_, err = c.Write([]byte(text))
		require.NoError(t, err)
		_, _, err = server.ReadFromUDP(make([]byte, 1))
		require.NoError(t, err)
	}
	require.Equal(t, []part{{event.Ingress, event.MsgStart, 0, 1, "x"}}, parts(at(w.finish(), w.port)))
}
