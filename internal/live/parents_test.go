package live

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// shop is a WSGI application with a thread for every connection. It asks the
// service behind for the same path, and passes no header on.
const shop = `
import http.client, sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

def app(environ, start_response):
    behind = http.client.HTTPConnection(sys.argv[2])
    behind.request("GET", environ["PATH_INFO"] + "?" + environ["QUERY_STRING"])
    body = behind.getresponse().read()
    behind.close()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

make_server("127.0.0.1", int(sys.argv[1]), app, Server).serve_forever()
`

// startShop starts the application in front of a service.
func startShop(t testing.TB, behind string) (addr string, p *testkit.Process) {
	t.Helper()
	testkit.Need(t, "python3")
	script := filepath.Join(t.TempDir(), "shop.py")
	write(t, script, shop)
	port := testkit.FreePort(t)
	number := strconv.Itoa(int(port))
	return "127.0.0.1:" + number, testkit.Start(t, testkit.Spec{
		Args: []string{"python3", "-u", script, number, behind}, TCP: port, Env: []string{"OTEL_SERVICE_NAME=shop"},
	})
}

// hop is a request between two services: a client span, and the server's below it.
type hop struct{ client, server testkit.Span }

// hopTo gives the one request to a service whose query is this.
func hopTo(t testing.TB, all testkit.Spans, service, query string) hop {
	t.Helper()
	server := all.Kind("Server").With("url.query", query).Where(func(s testkit.Span) bool { return s.Service == service }).One(t)
	client, found := all.Find(func(s testkit.Span) bool { return s.SpanID == server.Parent })
	require.True(t, found, "the client of %s", service)
	assert.Equal(t, "Client", client.Kind)
	assert.Equal(t, client.TraceID, server.TraceID)
	assert.Equal(t, "flow", server.Str("beyla.parent.evidence"))
	return hop{client, server}
}

// taught is how many requests the shop must have answered before its threads are believed.
const taught = 32

// TestParents is a request through nginx, a threaded Python application and a Go
// server, of which nobody but the first client may know anything of tracing.
func TestParents(t *testing.T) {
	in := start(t, nil)
	kit := testkit.StartGoServer(t, testkit.GoServerOptions{Env: []string{"OTEL_SERVICE_NAME=kit"}})
	addr, app := startShop(t, kit.Addr)
	n := testkit.StartNginx(t, testkit.NginxOptions{
		Upstream: addr, Directives: "location = /hello { proxy_pass http://kit; proxy_http_version 1.1; }",
	})
	const id, context = "X-Request-ID: 0d4cf9a6-4d67-4a1a-9d0e-3f5a1c7f9b11", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	lessons := make([]string, taught)
	for i := range lessons {
		lessons[i] = "http://" + addr + "/hello?lesson"
	}
	curl(t, lessons...)
	curl(t, n.URL+"/hello?i=1")
	curl(t, "-H", id, n.URL+"/hello?i=2")
	curl(t, "-H", "traceparent: "+context, n.URL+"/hello?i=3")
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all) >= 4*taught+18 })
	in.counted(t)
	in.shutdown(t)
	all := in.Spans()
	require.Len(t, all, 4*taught+18)

	evidence := map[string]string{"i=1": "", "i=2": "request_id", "i=3": "forwarded"}
	for query, want := range evidence {
		t.Run(query, func(t *testing.T) {
			front, middle, last := hopTo(t, all, "nginx", query), hopTo(t, all, "shop", query), hopTo(t, all, "kit", query)
			for _, h := range []hop{front, middle, last} {
				timed(t, h.server, h.client, true)
			}
			assert.Equal(t, "thread", last.client.Str("beyla.parent.evidence"))
			assert.Equal(t, middle.server.SpanID, last.client.Parent)
			assert.Equal(t, middle.server.TraceID, last.client.TraceID)
			assert.EqualValues(t, app.PID(), last.client.Resource["process.pid"])

			assert.Equal(t, want, middle.client.Str("beyla.parent.evidence"))
			if want == "" { // nginx's event loop proves nothing
				assert.Empty(t, middle.client.Parent)
				assert.NotEqual(t, front.server.TraceID, middle.client.TraceID)
				return
			}
			assert.Equal(t, front.server.SpanID, middle.client.Parent)
			assert.Equal(t, front.server.TraceID, middle.client.TraceID)
		})
	}
	assert.Equal(t, context[3:35], hopTo(t, all, "kit", "i=3").server.TraceID)
}

// counted checks the account of parents, by service.
func (in *instance) counted(t testing.TB) {
	t.Helper()
	for service, want := range map[string]map[string]int64{
		"curl":  {"wire": 1},
		"nginx": {"flow": 3, "request_id": 1, "forwarded": 1},
		"shop":  {"flow": 3 + taught, "thread": 3},
		"kit":   {"flow": 3 + taught},
	} {
		assert.Equal(t, want, in.parents(t, "found", "evidence", service), service)
	}
	for service, want := range map[string]map[string]int64{
		"curl": {"nothing_in_hand": 2 + taught}, "nginx": {"event_loop": 1}, "shop": {"unproven": taught}, "kit": {},
	} {
		assert.Equal(t, want, in.parents(t, "missing", "reason", service), service)
	}
}

// parents is one of the receiver's two metrics of parents, for one service.
func (in *instance) parents(t testing.TB, name, key, service string) map[string]int64 {
	t.Helper()
	m, err := in.telemetry.GetMetric("otelcol_receiver_beyla_parent_" + name)
	require.NoError(t, err)
	sum, ok := m.Data.(metricdata.Sum[int64])
	require.True(t, ok, "a sum")
	require.True(t, sum.IsMonotonic)
	found := map[string]int64{}
	for _, p := range sum.DataPoints {
		what, has := p.Attributes.Value(attribute.Key(key))
		require.True(t, has, key)
		if who, _ := p.Attributes.Value("service"); who.AsString() == service {
			found[what.AsString()] += p.Value
		}
	}
	return found
}
