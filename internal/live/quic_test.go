package live

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestQUIC: a connection of a real implementation is a span at either end, with the version, and what
// the first packets say, which anybody on their way can read.
func TestQUIC(t *testing.T) {
	in := start(t, nil)
	cert := testkit.NewCert(t)
	port := testkit.FreePort(t)
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	s := testkit.Start(t, testkit.Spec{
		Args: []string{testkit.App(t, "quic"), "-listen", addr, "-cert", cert.File, "-key", cert.Key}, UDP: port,
	})
	p := testkit.Start(t, testkit.Spec{Args: []string{
		testkit.App(t, "quic"), "-call", addr, "-name", "vault.test", "-n", "5", "-size", "50000",
	}})
	require.NoError(t, p.Wait(t, patience), p.Output())
	in.shutdown(t) // a connection over UDP has no end that the kernel sees
	all := in.Spans().Where(of(addr))
	require.Len(t, all, 2, "%s", all)
	server, client := all.Kind("Server").One(t), all.Kind("Client").One(t)
	assert.EqualValues(t, s.PID(), server.Resource["process.pid"])
	assert.EqualValues(t, p.PID(), client.Resource["process.pid"])
	for _, span := range all {
		assert.Equal(t, "connection", span.Str("beyla.opaque"))
		assert.Equal(t, "quic", span.Str("network.protocol.name"))
		assert.Equal(t, "1", span.Str("network.protocol.version"))
		assert.Equal(t, "vault.test", span.Str("tls.client.server_name"))
		assert.Greater(t, span.Int("beyla.bytes.sent"), int64(5*50_000))
		assert.Greater(t, span.Int("beyla.bytes.received"), int64(5*50_000))
	}
}
