package live

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestHTTP2Peers: other servers and clients of HTTP/2, each with its own way of framing and compressing.
func TestHTTP2Peers(t *testing.T) {
	t.Run("node", func(t *testing.T) {
		in := start(t, nil)
		s := testkit.StartNodeH2Server(t)
		commanded(t, in, s, testkit.StartNodeH2Client(t, s.URL))
	})
	t.Run("node to go", func(t *testing.T) {
		in := start(t, nil)
		s := testkit.StartH2Server(t, testkit.H2Options{})
		commanded(t, in, s, testkit.StartNodeH2Client(t, s.URL))
	})
	t.Run("go to hypercorn", func(t *testing.T) {
		in := start(t, nil)
		s := testkit.StartHypercorn(t)
		commanded(t, in, s, testkit.StartH2Client(t, s.URL, testkit.H2Options{}))
	})
	t.Run("curl to go", func(t *testing.T) {
		in := start(t, nil)
		s := testkit.StartH2Server(t, testkit.H2Options{})
		byCurl(t, in, s.Addr, true)
	})
	t.Run("curl to hypercorn", func(t *testing.T) {
		in := start(t, nil)
		byCurl(t, in, testkit.StartHypercorn(t).Addr, true)
	})
	t.Run("curl to nginx", func(t *testing.T) {
		in := start(t, nil)
		byCurl(t, in, nginxH2(t, "").Addr, false) // nginx resets a stream whose body it has no use for
	})
}

// commanded asks in several ways, and compares.
func commanded(t *testing.T, in *instance, s *testkit.H2Server, c *testkit.H2Client) {
	t.Helper()
	asked := c.Do(t, testkit.H2Job{Path: "/echo?size=20", N: 100, Streams: 16})
	asked = append(asked, c.Do(t, testkit.H2Job{Path: "/echo?up", Method: "POST", Body: 1_000_000})...)
	asked = append(asked, c.Do(t, testkit.H2Job{Path: "/echo?size=3000000"})...)
	asked = append(asked, c.Do(t, testkit.H2Job{Path: "/echo?size=0"})...)
	for _, one := range asked {
		require.Empty(t, one.Error, one.Target)
	}
	for _, h := range in.joined(t, s, asked) {
		assert.EqualValues(t, s.PID(), h.server.Resource["process.pid"])
		assert.EqualValues(t, c.PID(), h.client.Resource["process.pid"])
	}
}

// byCurl sends several requests: one by one, for curl 7.88 fails with the second one on a connection
// of prior knowledge ("Error in the HTTP2 framing layer").
func byCurl(t *testing.T, in *instance, addr string, upload bool) {
	t.Helper()
	const how = "--http2-prior-knowledge"
	targets := []string{"/echo?size=5", "/echo?size=70000", "/echo?size=3"}
	base := "http://" + addr
	var all []transfer
	for _, target := range targets {
		all = append(all, curl(t, how, base+target)...)
	}
	if upload {
		targets = append(targets, "/echo?up")
		all = append(all, curl(t, how, "--data-binary", "@"+sparse(t, 300_000), base+"/echo?up")...)
	}
	both := in.await(t, addr, 2*len(all))
	in.finish(t, addr, 2*len(all))
	for i, one := range all {
		require.Equal(t, 200, one.Status)
		target := targets[i]
		two := both.Where(requesting(addr, target))
		server, client := two.Kind("Server").One(t), two.Kind("Client").One(t)
		assert.Equal(t, client.SpanID, server.Parent)
		for _, span := range two {
			assert.Equal(t, "2", span.Str("network.protocol.version"))
			assert.Equal(t, one.Received, span.Int("http.response.body.size"), "%s %s", span.Kind, target)
			assert.Equal(t, one.Sent, span.Int("http.request.body.size"), "%s %s", span.Kind, target)
			assert.LessOrEqual(t, span.Took(), one.took()+slack)
		}
		assert.EqualValues(t, one.PID, client.Resource["process.pid"])
	}
}

// nginxH2 is nginx that speaks HTTP/2 without TLS, to those that know.
func nginxH2(t *testing.T, directives string) *testkit.Nginx {
	t.Helper()
	return testkit.StartNginx(t, testkit.NginxOptions{HTTP2: true, Directives: directives})
}

// TestHTTP2Upgrade: a connection that begins with HTTP/1.1 and goes on with HTTP/2, whose stream 1 is
// the response of the request that asked for it.
func TestHTTP2Upgrade(t *testing.T) {
	t.Run("curl", func(t *testing.T) {
		in := start(t, nil)
		s := testkit.StartHypercorn(t)
		all := curl(t, "--http2", s.URL+"/echo?size=5", s.URL+"/echo?size=70000", s.URL+"/echo?size=3")
		require.Len(t, all, 3)
		both := in.await(t, s.Addr, 6)
		in.finish(t, s.Addr, 6)
		for i, target := range []string{"/echo?size=5", "/echo?size=70000", "/echo?size=3"} {
			two := both.Where(requesting(s.Addr, target))
			server, client := two.Kind("Server").One(t), two.Kind("Client").One(t)
			assert.Equal(t, client.SpanID, server.Parent)
			for _, span := range two {
				assert.EqualValues(t, 200, span.Int("http.response.status_code"))
				assert.Equal(t, all[i].Received, span.Int("http.response.body.size"), "%s %s", span.Kind, target)
			}
		}
	})
	t.Run("nghttp", func(t *testing.T) {
		testkit.Need(t, "nghttp")
		in := start(t, nil)
		s := testkit.StartHypercorn(t)
		p := testkit.Start(t, testkit.Spec{Args: []string{
			"nghttp", "--upgrade", "--null-out", s.URL + "/echo?size=5", s.URL + "/echo?size=6", s.URL + "/echo?size=7",
		}})
		require.NoError(t, p.Wait(t, patience))
		in.await(t, s.Addr, 6)
		all := in.finish(t, s.Addr, 6)
		for i := range 3 {
			two := all.Where(requesting(s.Addr, fmt.Sprintf("/echo?size=%d", 5+i)))
			assert.Equal(t, two.Kind("Client").One(t).SpanID, two.Kind("Server").One(t).Parent)
			for _, span := range two {
				assert.EqualValues(t, 5+i, span.Int("http.response.body.size"))
			}
		}
	})
}

// TestHTTP2Load counts against nginx's own log.
func TestHTTP2Load(t *testing.T) {
	testkit.Need(t, "h2load")
	const requests = 10_000
	s := alone(t, 16, testkit.NginxOptions{HTTP2: true})
	s.place.Run(t, "h2load", "-n", fmt.Sprint(requests), "-c", "4", "-m", "32", s.nginx.URL+"/")
	s.nginx.WaitAccesses(t, requests, patience)
	testkit.Poll(t, patience, "the spans", func() bool { return s.tally.total() >= 2*requests })
	s.shutdown(t)
	assert.EqualValues(t, requests, s.tally.servers.Load())
	assert.EqualValues(t, requests, s.tally.clients.Load())
	assert.Equal(t, requests, s.tally.kin.right(t))
	assert.Zero(t, s.tally.failed.Load())
}

// TestHTTP2EventStream: a stream that is open for longer than the interval is told of before its end.
func TestHTTP2EventStream(t *testing.T) {
	in := start(t, keys{"traces": keys{"stream_report_interval": "1s"}})
	s := testkit.StartH2Server(t, testkit.H2Options{})
	c := testkit.StartH2Client(t, s.URL, testkit.H2Options{})
	const path = "/events?n=30&ms=100"
	c.Begin(t, testkit.H2Job{Path: path})
	in.opened(t, s.Addr, path, "event_stream")
	require.Empty(t, testkit.JSONLines[testkit.H2Request](t, c.Process, `{"method"`), "it is still open")
	one := c.Await(t)[0]
	require.Empty(t, one.Error)
	in.parts(t, s.Addr, path, one.Start, one.End)
}
