//go:build linux && (amd64 || arm64)

package pipeline

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

func TestUnknownDatagramsAreIgnored(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(5, event.RoleUnknown)
	c.udp = true
	for i := range udpMisses {
		// every peer is a flow of its own; the verdict is the socket's
		c.say(event.Ingress, fmt.Sprintf("metric.%d:1|c", i), -1)
		c.b.flows.Flush(c.b.clock.now)
	}
	require.Equal(t, []uint64{5}, b.source.ignored)
	require.Empty(t, b.finish(t))
}

// Resolvers take a socket for each name: none is kept in mind once it is closed.
func TestClosedUDPSocketsAreForgotten(t *testing.T) {
	b := newBench(t, Config{})
	for cookie := range uint64(4) {
		c := b.conn(5+cookie, event.RoleUnknown)
		c.udp = true
		c.say(event.Egress, "metric:1|c", -1)
		require.Len(t, b.udp, 1)
		c.close()
		require.Empty(t, b.udp)
	}
	require.Empty(t, b.finish(t))
}
