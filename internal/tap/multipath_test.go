//go:build linux && (amd64 || arm64)

package tap_test

import (
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// A connection of MPTCP, which has one path here, is seen as the TCP connection
// below it. Who reads and writes it the kernel tells of the socket above, so only the
// connecting process is known.
func TestMultipath(t *testing.T) {
	w := look(t)
	config := net.ListenConfig{}
	config.SetMultipathTCP(true)
	l, err := config.Listen(t.Context(), "tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	w.port = uint16(l.Addr().(*net.TCPAddr).Port)
	dialer := net.Dialer{}
	dialer.SetMultipathTCP(true)
	c, err := dialer.Dial("tcp4", l.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	s, err := l.Accept()
	require.NoError(t, err)
	defer s.Close()
	if used, err := c.(*net.TCPConn).MultipathTCP(); err != nil || !used {
		t.Skip("this kernel has no MPTCP")
	}
	pass(t, c, s, "question")
	pass(t, s, c, "answer")
	pass(t, c, s, "again")
	events := w.finish()
	require.Equal(t, []part{
		{event.Ingress, start, 0, 8, "question"},
		{event.Egress, start, 0, 6, "answer"},
		{event.Ingress, start, 8, 5, "again"},
	}, parts(at(events, w.port)))
	for _, ev := range kind(at(events, w.port), event.Data) {
		require.Equal(t, event.RoleServer, ev.Role)
	}
	client := kind(only(events, func(ev *event.Event) bool { return ev.Remote.Port() == w.port }), event.Data)
	require.Len(t, client, 3)
	for _, ev := range client {
		require.Equal(t, event.RoleClient, ev.Role)
		require.Equal(t, uint32(os.Getpid()), ev.Process.PID)
	}
}
