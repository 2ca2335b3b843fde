package live

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const (
	peerService = "service.peer.name"
	connect     = "beyla.timing.connect"
	queue       = "beyla.timing.queue"
	firstByte   = "beyla.timing.first_byte"
	transferred = "beyla.timing.transfer"
	network     = "beyla.timing.network"
)

// untimed are a span's attributes but for those that differ from run to run.
func untimed(s testkit.Span) map[string]any {
	attrs := maps.Clone(s.Attrs)
	maps.DeleteFunc(attrs, func(key string, _ any) bool {
		return strings.HasPrefix(key, "beyla.timing.") || strings.HasPrefix(key, "beyla.tcp.")
	})
	return attrs
}

// timed checks what the two spans of a whole exchange say of its parts, and what
// they call each other. fresh tells that it was the first of its connection.
func timed(t testing.TB, server, client testkit.Span, fresh bool) {
	t.Helper()
	assert.Equal(t, client.Service, server.Str(peerService))
	assert.Equal(t, server.Service, client.Str(peerService))
	for _, s := range []testkit.Span{server, client} {
		assert.Positive(t, s.Int(firstByte), s.Kind)
		assert.EqualValues(t, s.Took(), s.Int(firstByte)+s.Int(transferred), "%s: the parts make the whole", s.Kind)
	}
	assert.Positive(t, server.Int(queue))
	assert.LessOrEqual(t, server.Int(queue), server.Int(firstByte), "it was read before it was answered")
	assert.False(t, client.Has(queue))
	assert.Positive(t, server.Int(network))
	assert.Equal(t, client.Int(firstByte)-server.Int(firstByte), server.Int(network))
	assert.False(t, client.Has(network))
	assert.Equal(t, fresh, client.Has(connect), "%s to %s", client.Service, server.Service)
	assert.GreaterOrEqual(t, client.Int(connect), int64(0))
	assert.False(t, server.Has(connect))
}
