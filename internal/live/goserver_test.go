package live

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func TestGoServerAndGoClient(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{Env: []string{
		"OTEL_SERVICE_NAME=shop", "OTEL_RESOURCE_ATTRIBUTES=service.namespace=eu,team=blue",
	}})
	c := testkit.StartGoClient(t, s.Addr, testkit.Place{})
	paths := []string{"/hello?i=0", "/status/201?i=1", "/chunked?i=2", "/status/503?i=3", "/big?i=4"}
	answers := make([]testkit.Answer, 0, len(paths))
	for _, path := range paths {
		answers = append(answers, c.Get(t, path)...)
	}
	in.await(t, s.Addr, 2*len(paths))
	all := in.finish(t, s.Addr, 2*len(paths))
	for i, path := range paths {
		server := all.Kind("Server").With("url.query", "i="+strconv.Itoa(i)).One(t)
		client := all.Kind("Client").With("url.full", s.URL+path).One(t)
		for _, span := range []testkit.Span{server, client} {
			assert.EqualValues(t, answers[i].Status, span.Int("http.response.status_code"), path)
			assert.Equal(t, answers[i].Body, span.Int("http.response.body.size"), path)
		}
		assert.EqualValues(t, s.PID(), server.Resource["process.pid"])
		assert.EqualValues(t, c.PID(), client.Resource["process.pid"])
		assert.Equal(t, "shop", server.Service)
		assert.Equal(t, "eu", server.Resource["service.namespace"])
		assert.Equal(t, "blue", server.Resource["team"])
		assert.Equal(t, "goclient", client.Service)
	}
}

func TestProxy(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	n := testkit.StartNginx(t, testkit.NginxOptions{Upstream: s.Addr})
	front := curl(t, n.URL+"/proxy/hello")[0]
	in.pair(t, n.Addr, front)
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(of(s.Addr))) == 2 })
	all := in.finish(t, n.Addr, 2)
	assert.Equal(t, "/proxy/hello", all.Kind("Server").One(t).Str("url.path"))

	back := in.Spans().Where(of(s.Addr))
	upstream := in.Spans().Where(func(span testkit.Span) bool { return span.Str("url.path") == "/hello" }).Kind("Server").One(t)
	assert.EqualValues(t, s.PID(), upstream.Resource["process.pid"])
	assert.Equal(t, "kit", upstream.Str("server.address"), "the Host that nginx sends")
	proxy := back.Kind("Client").One(t)
	assert.EqualValues(t, worker(t, n), proxy.Resource["process.pid"])
	assert.Equal(t, "nginx", proxy.Service)
	assert.Equal(t, "http://kit/hello", proxy.Str("url.full"))
}

func TestSlowResponse(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	x := curl(t, s.URL+"/slow?ms=300")[0]
	server, client := in.pair(t, s.Addr, x)
	for _, span := range []testkit.Span{server, client} {
		assert.GreaterOrEqual(t, span.Took(), 300*time.Millisecond)
		assert.InDelta(t, x.took(), span.Took(), float64(slack), "%s, curl took %v", span.Took(), x.took())
	}
	assert.LessOrEqual(t, server.Took(), client.Took())
}

func TestExpectContinue(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	body := sparse(t, 3<<20)
	x := curl(t, "-H", "Expect: 100-continue", "--data-binary", "@"+body, s.URL+"/100")[0]
	server, client := in.pair(t, s.Addr, x)
	for _, span := range []testkit.Span{server, client} {
		assert.EqualValues(t, 200, span.Int("http.response.status_code"))
		assert.EqualValues(t, 3<<20, span.Int("http.request.body.size"), span.Kind)
		assert.Equal(t, x.Received, span.Int("http.response.body.size"))
		assert.Equal(t, "Unset", span.StatusCode)
	}
	refused := curl(t, "-H", "Expect: 100-continue", "--data-binary", "@"+body, s.URL+"/100?reject=1")[0]
	require.Equal(t, 417, refused.Status)
	server, client = in.pair(t, s.Addr, refused)
	for _, span := range []testkit.Span{server, client} {
		assert.EqualValues(t, 417, span.Int("http.response.status_code"))
	}
	assert.Equal(t, "417", client.Str("error.type"))
	assert.Equal(t, "Unset", server.StatusCode)
	in.finish(t, s.Addr, 4)
}

func TestAbortByServer(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	for query, fault := range map[string]map[string]string{
		"": {"Server": "connection_closed", "Client": "connection_closed"},
		// Who resets a connection closes its own socket first, and only the other end sees the RST.
		"?rst=1": {"Server": "connection_closed", "Client": "connection_reset"},
	} {
		t.Run("/abort"+query, func(t *testing.T) {
			x := curl(t, s.URL+"/abort"+query)[0]
			require.NotZero(t, x.ExitCode)
			server, client := in.pair(t, s.Addr, x)
			for _, span := range []testkit.Span{server, client} {
				assert.Equal(t, fault[span.Kind], span.Str("error.type"), span.Kind)
				assert.Equal(t, "Error", span.StatusCode)
				assert.EqualValues(t, 200, span.Int("http.response.status_code"), "it was seen")
				assert.EqualValues(t, 100, span.Int("http.response.body.size"), "as far as it came")
				assert.LessOrEqual(t, span.Took(), x.took()+slack)
			}
		})
	}
	in.finish(t, s.Addr, 4)
}

func TestAbortByClient(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	t.Run("before the response", func(t *testing.T) {
		x := curl(t, "--max-time", "0.2", s.URL+"/slow?ms=700")[0]
		require.Equal(t, 28, x.ExitCode, "curl's own time limit")
		server, client := in.pair(t, s.Addr, x)
		assert.Equal(t, "connection_closed", client.Str("error.type"))
		assert.Equal(t, "Error", client.StatusCode)
		assert.False(t, client.Has("http.response.status_code"), "none came")
		assert.False(t, client.Has("http.response.body.size"))
		assert.Less(t, client.Took(), 200*time.Millisecond, "no duration from a close")
		assert.EqualValues(t, 200, server.Int("http.response.status_code"), "the server did answer")
		assert.Greater(t, server.Took(), 600*time.Millisecond)
	})
	t.Run("within the response", func(t *testing.T) {
		x := curl(t, "--max-time", "0.5", "--limit-rate", "1M", s.URL+"/big?size=100000000")[0]
		require.Equal(t, 28, x.ExitCode)
		server, client := in.pair(t, s.Addr, x)
		assert.Equal(t, "connection_reset", server.Str("error.type"), "by the client, with bytes unread")
		assert.Equal(t, "connection_closed", client.Str("error.type"))
		for _, span := range []testkit.Span{server, client} {
			assert.Equal(t, "Error", span.StatusCode)
			assert.EqualValues(t, 200, span.Int("http.response.status_code"))
			assert.Less(t, span.Int("http.response.body.size"), int64(100000000))
			assert.Greater(t, span.Int("http.response.body.size"), int64(8<<10), "counted beyond the window")
			assert.Less(t, span.Took(), x.took()+slack)
		}
	})
	in.finish(t, s.Addr, 4)
}

func TestUpgrade(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	x := curl(t, "--max-time", "0.3", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket",
		"-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", s.URL+"/upgrade")[0]
	require.Equal(t, 101, x.Status)
	server, client := in.pair(t, s.Addr, x)
	for _, span := range []testkit.Span{server, client} {
		assert.EqualValues(t, 101, span.Int("http.response.status_code"))
		assert.Equal(t, true, span.Attrs["beyla.stream"])
		assert.Equal(t, "websocket", span.Str("beyla.stream.kind"))
		assert.Equal(t, "connection_closed", span.Str("error.type"), "no end that a WebSocket has")
		assert.Less(t, span.Took(), 250*time.Millisecond, "until the last byte, not until the end of the connection")
	}
	in.finish(t, s.Addr, 2)
}

func TestConnectTunnel(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	x := curl(t, "--noproxy", "", "--proxytunnel", "--proxy", s.Addr, n.URL+"/through")[0]
	require.Equal(t, 200, x.Status)

	// The request is seen inside the tunnel, at both its ends, and on the connection behind it.
	in.WaitFor(t, patience, func(all testkit.Spans) bool {
		return len(all.With("http.request.method", "CONNECT")) == 2 && len(all.Where(requesting(n.Addr, "/through"))) == 4
	})
	in.shutdown(t)
	ours := in.Spans().Where(func(span testkit.Span) bool { return of(n.Addr)(span) || of(s.Addr)(span) })
	require.Len(t, ours, 6)
	tunnel := ours.With("http.request.method", "CONNECT")
	require.Len(t, tunnel, 2)
	for _, span := range tunnel {
		assert.Equal(t, "connect", span.Str("beyla.stream.kind"))
		assert.EqualValues(t, 200, span.Int("http.response.status_code"))
		assert.False(t, span.Has("url.full") || span.Has("url.path"))
	}
	assert.EqualValues(t, x.PID, tunnel.Kind("Client").One(t).Resource["process.pid"])
	assert.EqualValues(t, s.PID(), tunnel.Kind("Server").One(t).Resource["process.pid"])
	gets := ours.With("http.request.method", "GET")
	for client, server := range map[int]int{x.PID: s.PID(), s.PID(): worker(t, n)} {
		up, down := gets.Kind("Client").Of(client).One(t), gets.Kind("Server").Of(server).One(t)
		assert.Equal(t, up.SpanID, down.Parent)
		assert.Equal(t, "flow", down.Str("beyla.parent.evidence"))
	}
}

func TestEventStream(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	x := curl(t, s.URL+"/events?n=10")[0]
	server, client := in.pair(t, s.Addr, x)
	for _, span := range []testkit.Span{server, client} {
		assert.Equal(t, "event_stream", span.Str("beyla.stream.kind"))
		assert.GreaterOrEqual(t, span.Took(), 90*time.Millisecond)
		assert.Equal(t, x.Received, span.Int("http.response.body.size"))
	}
	in.finish(t, s.Addr, 2)
}

// TestPipelining: N requests, N spans at either end, each with its own response.
func TestPipelining(t *testing.T) {
	in := start(t, nil)
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	status := map[string]int{"/": 200, "/status/204": 204, "/status/404": 404}
	targets := []string{"/", "/status/404", "/status/204", "/", "/status/204"}
	total := 0
	for _, depth := range []int{8, 64} {
		c := testkit.StartGoClient(t, n.Addr, testkit.Place{})
		var paths []string
		for i := range depth {
			paths = append(paths, targets[i%len(targets)]+"?i="+strconv.Itoa(total+i))
		}
		c.Get(t, paths...)
		total += depth
	}
	in.await(t, n.Addr, 2*total)
	all := in.finish(t, n.Addr, 2*total)
	for i := range total {
		query := "i=" + strconv.Itoa(i)
		server := all.Kind("Server").With("url.query", query).One(t)
		client := all.Kind("Client").Where(func(s testkit.Span) bool { return strings.HasSuffix(s.Str("url.full"), "?"+query) }).One(t)
		want := status[server.Str("url.path")]
		assert.EqualValues(t, want, server.Int("http.response.status_code"), query)
		assert.EqualValues(t, want, client.Int("http.response.status_code"), query)
		assert.Equal(t, server.Int("http.response.body.size"), client.Int("http.response.body.size"))
	}
}

// TestLongHeaders: heads that are longer than what is copied of them are kept in part.
func TestLongHeaders(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGoServer(t, testkit.GoServerOptions{})
	x := curl(t, "-H", "X-Long: "+strings.Repeat("x", 20000), s.URL+"/hello?long")[0]
	require.Equal(t, 200, x.Status)
	server, client := in.pair(t, s.Addr, x)
	n := testkit.StartNginx(t, testkit.NginxOptions{
		Directives: strings.Repeat(`add_header X-Long "`+strings.Repeat("x", 3000)+"\";\n", 4),
	})
	y := curl(t, n.URL+"/long")[0]
	require.Equal(t, 200, y.Status)
	server2, client2 := in.pair(t, n.Addr, y)
	for _, span := range []testkit.Span{server, client, server2, client2} {
		assert.Equal(t, true, span.Attrs["beyla.head.truncated"], span.Kind)
		assert.Equal(t, "GET", span.Name)
		assert.EqualValues(t, 200, span.Int("http.response.status_code"))
		assert.Equal(t, "Unset", span.StatusCode)
	}
	assert.Equal(t, "/hello", server.Str("url.path"))
	assert.Equal(t, s.URL+"/hello?long", client.Str("url.full"))
	assert.Contains(t, server.Str("user_agent.original"), "curl/")
	in.finish(t, s.Addr, 2)
	in.finish(t, n.Addr, 2)
}
