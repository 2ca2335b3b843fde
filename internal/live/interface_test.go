package live

import (
	"strconv"
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

// TestSocketsAndInterfaces reads both at once: what both show is told once, by the
// socket, which knows whose it is.
func TestSocketsAndInterfaces(t *testing.T) {
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	in := onHost(t, keys{"capture": keys{"source": "socket_and_interface", "interface": keys{"names": []any{"lo"}}}})
	urls := make([]string, 20)
	for i := range urls {
		urls[i] = n.URL + "/" + strconv.Itoa(i)
	}
	curl(t, urls...)
	mine := func(all testkit.Spans) testkit.Spans { return all.Where(of(n.Addr)) }
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(mine(all)) >= 2*len(urls) })
	testkit.Poll(t, patience, "what the interface showed to be left out", func() bool {
		return in.metric(t, "filtered_messages", "doubled") >= int64(2*len(urls))
	})
	in.shutdown(t)
	all := mine(in.Spans())
	require.Len(t, all, 2*len(urls))
	for _, s := range all {
		assert.Contains(t, s.Resource, "process.pid")
	}
}
