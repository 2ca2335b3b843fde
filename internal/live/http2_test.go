package live

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// joined checks the spans of an address against what the client has logged: two spans for
// each request and no more, found by their targets, the server's below the client's. It gives them by target.
func (in *instance) joined(t testing.TB, s *testkit.H2Server, asked []testkit.H2Request) map[string]hop {
	t.Helper()
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(of(s.Addr))) >= 2*len(asked) })
	all := in.finish(t, s.Addr, 2*len(asked))
	assert.Len(t, testkit.WaitLines[testkit.H2Request](t, s.Process, `{"method"`, len(asked)), len(asked), "the server's own count")
	servers, clients := byTarget(t, all.Kind("Server")), byTarget(t, all.Kind("Client"))
	hops := make(map[string]hop, len(asked))
	for _, one := range asked {
		h := hop{clients[one.Target], servers[one.Target]}
		require.NotEmpty(t, h.client.SpanID, "client span of %s", one.Target)
		require.NotEmpty(t, h.server.SpanID, "server span of %s", one.Target)
		assert.Equal(t, h.client.SpanID, h.server.Parent, "parent of the server span of %s", one.Target)
		assert.Equal(t, h.client.TraceID, h.server.TraceID)
		assert.False(t, h.server.Start.Before(h.client.Start), "%s begins before it was sent", one.Target)
		for _, span := range []testkit.Span{h.client, h.server} {
			assert.Equal(t, one.Method, span.Str("http.request.method"))
			if one.Status != 0 {
				assert.EqualValues(t, one.Status, span.Int("http.response.status_code"), "%s %s", span.Kind, one.Target)
			}
			if one.Error == "" {
				sized(t, span, "http.response.body.size", one.Received, span.Kind == "Client")
				sized(t, span, "http.request.body.size", one.Sent, span.Kind == "Server")
			}
		}
		hops[one.Target] = h
	}
	return hops
}

// bulk is from what size on a body's packets are so many that loopback brings some of them out of
// order: who receives them may not know their number then, who sends them does.
const bulk = 1 << 20

// sized compares the size of a body.
func sized(t testing.TB, span testkit.Span, key string, want int64, came bool) {
	t.Helper()
	if came && want >= bulk && !span.Has(key) {
		t.Logf("%s of the %s is not known", key, span.Kind)
		return
	}
	if assert.True(t, span.Has(key), "%s of the %s: %v", key, span.Kind, span.Attrs) {
		assert.Equal(t, want, span.Int(key), "%s of the %s: %v", key, span.Kind, span.Attrs)
	}
}

// byTarget are spans by what they asked for.
func byTarget(t testing.TB, all testkit.Spans) map[string]testkit.Span {
	t.Helper()
	found := make(map[string]testkit.Span, len(all))
	for _, span := range all {
		target := span.Str("url.path")
		if query := span.Str("url.query"); query != "" {
			target += "?" + query
		}
		if full := span.Str("url.full"); full != "" {
			u, err := url.Parse(full)
			require.NoError(t, err)
			target = u.RequestURI()
		}
		_, again := found[target]
		require.False(t, again, "two spans of %s", target)
		found[target] = span
	}
	return found
}

// TestHTTP2Streams: N streams at a time give N spans at either end, each with its own parent and response.
func TestHTTP2Streams(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartH2Server(t, testkit.H2Options{Env: []string{"OTEL_SERVICE_NAME=shop"}})
	c := testkit.StartH2Client(t, s.URL, testkit.H2Options{})
	var asked []testkit.H2Request
	for _, streams := range []int{1, 8, 64, 100} {
		asked = append(asked, c.Do(t, testkit.H2Job{Path: fmt.Sprintf("/echo?size=%d", streams), N: 200, Streams: streams})...)
	}
	for target, h := range in.joined(t, s, asked) {
		for _, span := range []testkit.Span{h.client, h.server} {
			assert.Equal(t, "GET", span.Name)
			assert.Equal(t, "2", span.Str("network.protocol.version"), target)
			assert.Equal(t, "Unset", span.StatusCode)
			assert.False(t, span.Has("beyla.stream"))
		}
		assert.Equal(t, "flow", h.server.Str("beyla.parent.evidence"), target)
		assert.EqualValues(t, s.PID(), h.server.Resource["process.pid"])
		assert.EqualValues(t, c.PID(), h.client.Resource["process.pid"])
		assert.Equal(t, "shop", h.server.Service)
		assert.Contains(t, h.server.Str("user_agent.original"), "Go-http-client/2")
	}
}

// TestHTTP2Kinds is one request of every kind, all over one connection.
func TestHTTP2Kinds(t *testing.T) {
	const large = 10_000_000
	in := start(t, nil)
	s := testkit.StartH2Server(t, testkit.H2Options{})
	c := testkit.StartH2Client(t, s.URL, testkit.H2Options{})
	var asked []testkit.H2Request
	do := func(j testkit.H2Job) { asked = append(asked, c.Do(t, j)...) }
	do(testkit.H2Job{Path: fmt.Sprintf("/echo?size=%d", large)})
	do(testkit.H2Job{Path: "/echo?upload&size=3", Method: "POST", Body: large})
	do(testkit.H2Job{Path: "/echo?both", Method: "PUT", Body: large})
	do(testkit.H2Job{Path: "/echo?pieces", Method: "POST", Body: 5000, Pieces: 5, Pause: 20})
	do(testkit.H2Job{Path: "/trailers"})
	do(testkit.H2Job{Path: "/hints"})
	do(testkit.H2Job{Path: "/status/204"})
	do(testkit.H2Job{Path: "/status/404"})
	do(testkit.H2Job{Path: "/status/503"})
	do(testkit.H2Job{Path: "/echo?head", Method: "HEAD"})
	do(testkit.H2Job{Path: "/slow?ms=300"})
	do(testkit.H2Job{Path: "/echo?long", Header: map[string]string{"X-Long": strings.Repeat("x", 12000)}})
	do(testkit.H2Job{Path: "/stall?cancelled", Cancel: 200})
	do(testkit.H2Job{Path: "/slow?ms=400&cancelled", Cancel: 100})
	do(testkit.H2Job{Path: "/abort"})
	do(testkit.H2Job{Path: "/echo?last"})
	hops := in.joined(t, s, asked)

	for target, want := range map[string]struct{ client, server string }{
		"/status/404": {client: "404"}, "/status/503": {"503", "503"},
		"/echo?both": {}, "/trailers": {}, "/hints": {}, "/echo?long": {}, "/echo?last": {},
	} {
		assert.Equal(t, want.client, hops[target].client.Str("error.type"), target)
		assert.Equal(t, want.server, hops[target].server.Str("error.type"), target)
	}
	for _, one := range asked {
		if one.Error == "" {
			for _, span := range []testkit.Span{hops[one.Target].client, hops[one.Target].server} {
				lasted(t, span, one.End.Sub(one.Start))
			}
		}
	}
	for _, target := range []string{"/stall?cancelled", "/slow?ms=400&cancelled", "/abort"} {
		h := hops[target]
		assert.NotEmpty(t, h.client.Str("error.type"), target)
		assert.Equal(t, "Error", h.client.StatusCode, target)
		t.Logf("%s: client %s, server %s", target, h.client.Str("error.type"), h.server.Str("error.type"))
	}
	assert.False(t, hops["/slow?ms=400&cancelled"].client.Has("http.response.status_code"), "none came in time")
	assert.InDelta(t, 200*time.Millisecond, hops["/stall?cancelled"].client.Took(), float64(slack))
	assert.InDelta(t, 100*time.Millisecond, hops["/slow?ms=400&cancelled"].client.Took(), float64(slack))
}

// TestHTTP2OpenBefore: a connection that was open before the start has a header table that was not
// seen. Every request is a span all the same, and no value is a wrong one.
func TestHTTP2OpenBefore(t *testing.T) {
	s := testkit.StartH2Server(t, testkit.H2Options{})
	c := testkit.StartH2Client(t, s.URL, testkit.H2Options{})
	header := map[string]string{"X-Tenant": "blue"}
	c.Do(t, testkit.H2Job{Path: "/echo?before", N: 20, Streams: 4, Header: header})
	c.Do(t, testkit.H2Job{Path: "/echo?again", Header: header})
	earlier := len(s.Served(t))

	in := start(t, keys{"http": keys{"request_headers": []any{"X-Tenant"}}})
	asked := c.Do(t, testkit.H2Job{Path: "/echo?size=50", N: 100, Streams: 10, Header: header})
	asked = append(asked, c.Do(t, testkit.H2Job{Path: "/echo?again", Header: header})...) // indexed since before the start
	asked = append(asked, c.Do(t, testkit.H2Job{Path: "/echo?fresh", Header: map[string]string{"X-Tenant": "red"}})...)
	asked = append(asked, c.Do(t, testkit.H2Job{Path: "/echo?fresh", Header: map[string]string{"X-Tenant": "red"}})...)
	require.Len(t, asked, 103)
	require.Len(t, s.Served(t), earlier+103)
	all := in.await(t, s.Addr, 2*103)
	all = in.finish(t, s.Addr, 2*len(all)/2)

	targets := map[string]int{}
	for _, one := range asked {
		targets[one.Target] += 2
	}
	unknown := 0
	for _, span := range all {
		assert.EqualValues(t, 200, span.Int("http.response.status_code"), "%v", span.Attrs)
		target := targetOf(span)
		if target == "" {
			assert.Equal(t, true, span.Attrs["beyla.headers.unknown"], "%v", span.Attrs)
			unknown++
			continue
		}
		targets[target]--
		assert.GreaterOrEqual(t, targets[target], 0, "spans of %s", target)
		if tenant, ok := span.Attrs["http.request.header.x-tenant"]; ok {
			assert.Equal(t, []any{map[bool]string{true: "red", false: "blue"}[target == "/echo?fresh"]}, tenant)
		}
	}
	assert.LessOrEqual(t, unknown, 2, "the one target that had been sent before, at both ends")
	for _, server := range all.Kind("Server") {
		up, ok := all.Find(func(s testkit.Span) bool { return s.SpanID == server.Parent })
		if assert.True(t, ok, "the client of %v", server.Attrs) {
			assert.Equal(t, targetOf(up), targetOf(server))
		}
	}
}

// targetOf is what a span asked for, empty if that is not known.
func targetOf(span testkit.Span) string {
	if full := span.Str("url.full"); full != "" {
		if u, err := url.Parse(full); err == nil {
			return u.RequestURI()
		}
	}
	target := span.Str("url.path")
	if query := span.Str("url.query"); query != "" {
		target += "?" + query
	}
	return target
}

// TestHTTP2WireContext: the header of each stream counts for that stream.
func TestHTTP2WireContext(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartH2Server(t, testkit.H2Options{})
	c := testkit.StartH2Client(t, s.URL, testkit.H2Options{})
	var asked []testkit.H2Request
	parents := map[string]string{}
	for i := range 20 {
		trace, parent := fmt.Sprintf("4bf92f3577b34da6a3ce929d0e0e47%02x", i), fmt.Sprintf("00f067aa0ba902%02x", i)
		path := fmt.Sprintf("/echo?i=%d", i)
		parents[path] = trace + parent
		asked = append(asked, c.Do(t, testkit.H2Job{Path: path, Header: map[string]string{"Traceparent": "00-" + trace + "-" + parent + "-01"}})...)
	}
	for target, h := range in.joined(t, s, asked) {
		assert.Equal(t, parents[target], h.client.TraceID+h.client.Parent, target)
	}
}
