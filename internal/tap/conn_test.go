//go:build linux && (amd64 || arm64)

package tap_test

import (
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// pair is both ends of a TCP connection.
type pair struct {
	t              testing.TB
	client, server *net.TCPConn
}

// listen listens on a free port; the network is "tcp4", "tcp6" or "tcp".
func listen(t testing.TB, network, address string) (*net.TCPListener, uint16) {
	t.Helper()
	l, err := net.Listen(network, address)
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l.(*net.TCPListener), uint16(l.Addr().(*net.TCPAddr).Port)
}

// dial connects to the listener at this address, and accepts.
func dial(t testing.TB, l *net.TCPListener, address string) *pair {
	t.Helper()
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	s, err := l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return &pair{t: t, client: c.(*net.TCPConn), server: s.(*net.TCPConn)}
}

// connect is a connection over loopback and its server's port.
func connect(t testing.TB) (*pair, uint16) {
	t.Helper()
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	return dial(t, l, l.Addr().String()), port
}

// port is the client's.
func (p *pair) port() uint16 { return uint16(p.client.LocalAddr().(*net.TCPAddr).Port) }

// ask sends from the client and reads all of it at the server.
func (p *pair) ask(text string) { pass(p.t, p.client, p.server, text) }

// answer goes the other way.
func (p *pair) answer(text string) { pass(p.t, p.server, p.client, text) }

func pass(t testing.TB, from, to net.Conn, text string) {
	t.Helper()
	_, err := io.WriteString(from, text)
	require.NoError(t, err)
	got := make([]byte, len(text))
	_, err = io.ReadFull(to, got)
	require.NoError(t, err)
	require.Equal(t, text, string(got), "the tap changed the bytes")
}

// close ends both ends, the client's first.
func (p *pair) close() {
	p.client.Close()
	_, err := p.server.Read(make([]byte, 1))
	require.ErrorIs(p.t, err, io.EOF)
	p.server.Close()
}
