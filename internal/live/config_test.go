package live

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func TestHeadersRoutesAndRedaction(t *testing.T) {
	in := start(t, keys{"http": keys{
		"request_headers":  []any{"X-Tenant"},
		"response_headers": []any{"content-type", "X-Cache"},
		"routes":           []any{"/users/{id}/orders", "/users/{id}"},
	}})
	n := testkit.StartNginx(t, testkit.NginxOptions{Directives: `add_header X-Cache hit; add_header X-Cache warm;`})
	x := curl(t, "--user", "me:swordfish", "--cookie", "session=swordfish", "-H", "x-tenant: blue", "-H", "X-Other: red",
		n.URL+"/users/7/orders?a=1&sig=swordfish&X-Amz-Signature=swordfish&b=2")[0]
	server, client := in.pair(t, n.Addr, x)
	const query = "a=1&sig=REDACTED&X-Amz-Signature=REDACTED&b=2"
	assert.Equal(t, query, server.Str("url.query"))
	assert.Equal(t, n.URL+"/users/7/orders?"+query, client.Str("url.full"))
	assert.Equal(t, "/users/{id}/orders", server.Str("http.route"))
	for _, s := range []testkit.Span{server, client} {
		assert.Equal(t, "GET /users/{id}/orders", s.Name)
		assert.Equal(t, []any{"blue"}, s.Attrs["http.request.header.x-tenant"])
		assert.Equal(t, []any{"hit", "warm"}, s.Attrs["http.response.header.x-cache"])
		assert.Equal(t, []any{"text/plain"}, s.Attrs["http.response.header.content-type"])
		assert.False(t, s.Has("http.request.header.x-other"))
		assert.NotContains(t, fmt.Sprint(s.Attrs), "swordfish")
	}
	in.finish(t, n.Addr, 2)
}

// TestHTTPDisabled: no spans of HTTP, those of DNS all the same.
func TestHTTPDisabled(t *testing.T) {
	in := start(t, keys{"http": keys{"enabled": false}})
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	d := testkit.StartDNS(t, testkit.DNSOptions{})
	curl(t, n.URL+"/")
	dig(t, d.Port, "a.test", "A")
	in.await(t, d.Addr, 2)
	// Each end's connection is deaf to both of its messages; what a message was is told once its flow knows.
	require.Eventually(t, func() bool { return in.metric(t, "filtered_messages", "protocol_off") >= 4 },
		patience, 10*time.Millisecond)
	in.finish(t, n.Addr, 0)
}
