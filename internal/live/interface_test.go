package live

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestInterface reads loopback as an interface, each way there is: a request has both
// of its spans, joined, with nobody known to hold the sockets.
func TestInterface(t *testing.T) {
	for _, way := range []string{"auto", "tcx", "clsact", "af_packet"} {
		t.Run(way, func(t *testing.T) {
			n := testkit.StartNginx(t, testkit.NginxOptions{})
			in := onHost(t, keys{"capture": keys{"source": "interface", "interface": keys{"names": []any{"lo"}, "way": way}}})
			curl(t, n.URL+"/a", n.URL+"/b")
			mine := func(all testkit.Spans) testkit.Spans { return all.Where(of(n.Addr)) }
			in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(mine(all)) >= 4 })
			in.shutdown(t)
			all := mine(in.Spans())
			require.Len(t, all, 4)
			for _, path := range []string{"/a", "/b"} {
				server := all.Kind("Server").With("url.path", path).One(t)
				client := all.Kind("Client").With("url.full", n.URL+path).One(t)
				assert.Equal(t, client.SpanID, server.Parent)
				assert.Equal(t, "flow", server.Str("beyla.parent.evidence"))
				assert.EqualValues(t, 200, server.Attrs["http.response.status_code"])
				assert.NotContains(t, server.Resource, "process.pid")
			}
		})
	}
}
