package live

import (
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// worker is the process of nginx that talks to clients.
func worker(t testing.TB, n *testkit.Nginx) int {
	t.Helper()
	pid := strconv.Itoa(n.PID())
	var children []byte
	testkit.Poll(t, patience, "nginx's worker", func() bool {
		var err error
		children, err = os.ReadFile(filepath.Join("/proc", pid, "task", pid, "children"))
		require.NoError(t, err)
		return len(children) > 0
	})
	child, err := strconv.Atoi(strings.Fields(string(children))[0])
	require.NoError(t, err)
	return child
}

// TestOneRequest looks at everything that the two spans of one request say.
func TestOneRequest(t *testing.T) {
	in := onHost(t, nil)
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	x := curl(t, n.URL+"/hello?who=me")[0]
	server, client := in.pair(t, n.Addr, x)
	t.Logf("delay: server %v, client %v", in.delay(server), in.delay(client))

	addr := netip.MustParseAddrPort(n.Addr)
	listen := int64(addr.Port())
	assert.Equal(t, map[string]any{
		"http.request.method": "GET", "url.scheme": "http", "url.path": "/hello", "url.query": "who=me",
		"network.peer.address": "127.0.0.1", "network.peer.port": int64(x.Port),
		"client.address": "127.0.0.1", "client.port": int64(x.Port),
		"user_agent.original": server.Str("user_agent.original"),
		"server.address":      "127.0.0.1", "server.port": listen,
		"network.protocol.version":  "1.1",
		"http.response.status_code": int64(200),
		"http.request.body.size":    int64(0), "http.response.body.size": int64(6),
		"beyla.parent.evidence": "flow", "service.peer.name": "curl",
	}, untimed(server))
	assert.Contains(t, server.Str("user_agent.original"), "curl/")
	assert.Equal(t, map[string]any{
		"http.request.method": "GET", "url.full": n.URL + "/hello?who=me",
		"network.peer.address": "127.0.0.1", "network.peer.port": listen,
		"server.address": "127.0.0.1", "server.port": listen,
		"network.protocol.version":  "1.1",
		"http.response.status_code": int64(200),
		"http.request.body.size":    int64(0), "http.response.body.size": int64(6),
		"service.peer.name": "nginx",
	}, untimed(client))
	timed(t, server, client, true)

	for _, s := range []testkit.Span{server, client} {
		assert.Equal(t, "GET", s.Name)
		assert.Equal(t, "Unset", s.StatusCode)
		assert.Equal(t, "linux", s.Resource["os.type"])
		assert.NotEmpty(t, s.Resource["host.name"])
		assert.LessOrEqual(t, s.Took(), x.took()+slack)
	}
	assert.Equal(t, "nginx", server.Service)
	assert.Equal(t, "nginx", server.Resource["process.executable.name"])
	assert.EqualValues(t, worker(t, n), server.Resource["process.pid"])
	exe, err := filepath.EvalSymlinks("/proc/" + strconv.Itoa(worker(t, n)) + "/exe")
	require.NoError(t, err)
	assert.Equal(t, exe, server.Resource["process.executable.path"])
	assert.Equal(t, "curl", client.Service)
	assert.Equal(t, "curl", client.Resource["process.executable.name"])
	assert.EqualValues(t, x.PID, client.Resource["process.pid"])
	assert.False(t, server.Start.Before(client.Start), "the request leaves before it arrives")
	assert.False(t, server.End.After(client.End), "the response leaves before it arrives")
	in.finish(t, n.Addr, 2)
}

func TestNginxAndCurl(t *testing.T) {
	const traceID, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	in := start(t, nil)
	n := testkit.StartNginx(t, testkit.NginxOptions{Directives: "gzip on; gzip_types text/plain; gzip_min_length 1;"})
	body := filepath.Join(t.TempDir(), "body")
	require.NoError(t, os.WriteFile(body, testkit.Text(5000), 0o600))

	seen := 0
	for _, tt := range []struct {
		name         string
		args         []string
		method       string
		status       int
		sent         int64
		server, fail string // status of the server's and of the client's span
		check        func(t *testing.T, x transfer, s testkit.Span)
	}{
		{name: "head", args: []string{"--head", n.URL + "/"}, method: "HEAD", status: 200},
		{name: "not found", args: []string{n.URL + "/status/404"}, method: "GET", status: 404, fail: "404"},
		{name: "no content", args: []string{n.URL + "/status/204"}, method: "GET", status: 204},
		{name: "server error", args: []string{n.URL + "/status/500"}, method: "GET", status: 500, server: "500", fail: "500"},
		{name: "post", args: []string{"--data-binary", "@" + body, n.URL + "/"}, method: "POST", status: 200, sent: 5000},
		{
			name: "chunked post", args: []string{"--data-binary", "@" + body, "-H", "Transfer-Encoding: chunked", n.URL + "/"},
			method: "POST", status: 200, sent: 5000,
		},
		{name: "unknown method", args: []string{"-X", "BREW", n.URL + "/"}, method: "_OTHER", status: 200,
			check: func(t *testing.T, _ transfer, s testkit.Span) {
				assert.Equal(t, "HTTP", s.Name)
				assert.Equal(t, "BREW", s.Str("http.request.method_original"))
			}},
		{name: "http/1.0", args: []string{"--http1.0", n.URL + "/"}, method: "GET", status: 200,
			check: func(t *testing.T, _ transfer, s testkit.Span) {
				assert.Equal(t, "1.0", s.Str("network.protocol.version"))
			}},
		{name: "gzip", args: []string{"-H", "Accept-Encoding: gzip", n.URL + "/chunked"}, method: "GET", status: 200},
		{name: "trace context", args: []string{"-H", "traceparent: 00-" + traceID + "-" + parent + "-01", "-H", "tracestate: a=b", n.URL + "/"},
			method: "GET", status: 200,
			check: func(t *testing.T, _ transfer, s testkit.Span) {
				assert.Equal(t, traceID, s.TraceID)
				if s.Kind == "Client" { // the server's is the client
					assert.Equal(t, parent, s.Parent)
				}
				assert.Equal(t, "a=b", s.TraceState)
				remote := map[string]uint32{"Server": 0x301, "Client": 0x001}
				assert.Equal(t, remote[s.Kind], s.Flags, "who sent a client's request its context is not known")
			}},
		{name: "bad trace context", args: []string{"-H", "traceparent: 00-" + strings.ToUpper(traceID) + "-" + parent + "-01", n.URL + "/"},
			method: "GET", status: 200,
			check: func(t *testing.T, _ transfer, s testkit.Span) {
				assert.NotEqual(t, traceID, s.TraceID)
				if s.Kind == "Client" {
					assert.Empty(t, s.Parent)
				}
				assert.Empty(t, s.TraceState)
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := curl(t, tt.args...)[0]
			require.Equal(t, tt.status, x.Status)
			server, client := in.pair(t, n.Addr, x)
			seen += 2
			outcome := map[string]string{"Server": tt.server, "Client": tt.fail}
			for _, s := range []testkit.Span{server, client} {
				assert.Equal(t, tt.method, s.Str("http.request.method"))
				assert.EqualValues(t, tt.status, s.Int("http.response.status_code"))
				assert.Equal(t, tt.sent, s.Int("http.request.body.size"))
				assert.Equal(t, outcome[s.Kind], s.Str("error.type"))
				assert.Equal(t, map[bool]string{true: "Error", false: "Unset"}[s.Has("error.type")], s.StatusCode)
				assert.True(t, s.Has("http.response.body.size"), s.Kind)
				assert.Equal(t, x.Received, s.Int("http.response.body.size"), s.Kind)
				if tt.check != nil {
					tt.check(t, x, s)
				}
			}
		})
	}
	in.finish(t, n.Addr, seen)
}

func TestKeepAlive(t *testing.T) {
	in := start(t, nil)
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	answers := curl(t, n.URL+"/1", n.URL+"/2", n.URL+"/3")
	in.await(t, n.Addr, 6)
	all := in.finish(t, n.Addr, 6)
	for i, x := range answers {
		if i > 0 {
			require.Zero(t, x.Connects, "one connection")
		}
		path := "/" + strconv.Itoa(i+1)
		server := all.Kind("Server").With("url.path", path).One(t)
		client := all.Kind("Client").With("url.full", n.URL+path).One(t)
		assert.EqualValues(t, answers[0].Port, server.Int("client.port"))
		assert.EqualValues(t, x.PID, client.Resource["process.pid"])
	}
}

// TestPython is HTTP/1.0 with responses that end with their connection.
func TestPython(t *testing.T) {
	in := start(t, nil)
	p := testkit.StartPythonHTTP(t, testkit.Place{})
	for _, path := range []string{"/hello.txt", "/big.txt", "/missing"} {
		x := curl(t, p.URL+path)[0]
		server, client := in.pair(t, p.Addr, x)
		for _, s := range []testkit.Span{server, client} {
			assert.EqualValues(t, x.Status, s.Int("http.response.status_code"))
			assert.Equal(t, x.Received, s.Int("http.response.body.size"), "%s %s", s.Kind, path)
		}
		assert.Equal(t, path, server.Str("url.path"))
		assert.EqualValues(t, p.PID(), server.Resource["process.pid"])
		assert.Contains(t, server.Resource["process.executable.name"], "python")
		assert.NotContains(t, server.Service, "python", "the module says more than the interpreter")
	}
	in.finish(t, p.Addr, 6)
}
