package live

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// codeName is how rpc.response.status_code says a code of gRPC.
func codeName(code int) string {
	return [...]string{
		"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
		"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
		"INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
	}[code]
}

// serverFault tells the codes that are errors of the server's (semantic conventions 1.43.0).
func serverFault(code int) bool {
	switch code {
	case 2, 4, 12, 13, 14, 15:
		return true
	}
	return false
}

// called checks the spans of an address against what both ends have logged: two spans for each call
// and no more, found by their methods, the server's below the client's. It gives them by method.
func (in *instance) called(t testing.TB, s *testkit.GRPCServer, made []testkit.GRPCCall) map[string]hop {
	t.Helper()
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(of(s.Addr))) >= 2*len(made) })
	all := in.finish(t, s.Addr, 2*len(made))
	served := map[string]testkit.GRPCCall{}
	for _, one := range s.Served(t) {
		served[one.Method] = one
	}
	assert.Len(t, served, len(made), "the server's own count")
	servers, clients := byMethod(t, all.Kind("Server")), byMethod(t, all.Kind("Client"))
	hops := make(map[string]hop, len(made))
	for _, one := range made {
		h := hop{clients[one.Method], servers[one.Method]}
		require.NotEmpty(t, h.client.SpanID, "client span of %s", one.Method)
		require.NotEmpty(t, h.server.SpanID, "server span of %s", one.Method)
		assert.Equal(t, h.client.SpanID, h.server.Parent, "parent of the server span of %s", one.Method)
		assert.Equal(t, h.client.TraceID, h.server.TraceID)
		counted(t, h.client, one)
		counted(t, h.server, served[one.Method])
		hops[one.Method] = h
	}
	return hops
}

// counted compares messages: a stream's are on the span, any other call has one each way.
func counted(t testing.TB, span testkit.Span, one testkit.GRPCCall) {
	t.Helper()
	if span.Has("beyla.stream.messages.sent") {
		assert.EqualValues(t, one.Sent, span.Int("beyla.stream.messages.sent"), "%s sent, %s", span.Kind, one.Method)
	}
	if span.Has("beyla.stream.messages.received") {
		assert.EqualValues(t, one.Received, span.Int("beyla.stream.messages.received"), "%s received, %s", span.Kind, one.Method)
	}
	if one.Code == 0 && (one.Sent != 1 || one.Received != 1) {
		assert.Equal(t, true, span.Attrs["beyla.stream"], "%s of %s is a stream", span.Kind, one.Method)
		assert.True(t, span.Has("beyla.stream.messages.sent"), "%s of %s", span.Kind, one.Method)
		assert.True(t, span.Has("beyla.stream.messages.received"), "%s of %s", span.Kind, one.Method)
	}
}

// byMethod are spans by the path of what they called.
func byMethod(t testing.TB, all testkit.Spans) map[string]testkit.Span {
	t.Helper()
	found := make(map[string]testkit.Span, len(all))
	for _, span := range all {
		method := span.Str("rpc.method")
		if span.Has("rpc.method_original") {
			method = span.Str("rpc.method_original")
		}
		require.Equal(t, "grpc", span.Str("rpc.system.name"), "%s %v", span.Kind, span.Attrs)
		_, again := found["/"+method]
		require.False(t, again, "two spans of %s", method)
		found["/"+method] = span
	}
	return found
}

// talk is a call of each kind.
func talk(t testing.TB, c *testkit.GRPCClient) []testkit.GRPCCall {
	t.Helper()
	var made []testkit.GRPCCall
	do := func(j testkit.GRPCJob) { made = append(made, c.Do(t, j)...) }
	do(testkit.GRPCJob{Method: "/kit.Unary/small"})
	do(testkit.GRPCJob{Method: "/kit.Unary/large", Size: 3_000_000})
	do(testkit.GRPCJob{Method: "/kit.Unary/c", N: 200, Streams: 100, Size: 100})
	do(testkit.GRPCJob{Method: "/kit.Client/five", Messages: 5, Size: 100})
	do(testkit.GRPCJob{Method: "/kit.Client/many", Messages: 500, Size: 1000})
	do(testkit.GRPCJob{Method: "/kit.Server/four", Stream: true, Metadata: map[string]string{"kit-n": "4"}})
	do(testkit.GRPCJob{Method: "/kit.Server/none", Stream: true, Metadata: map[string]string{"kit-n": "0"}})
	do(testkit.GRPCJob{Method: "/kit.Server/many", Stream: true, Size: 2000, Metadata: map[string]string{"kit-n": "300"}})
	do(testkit.GRPCJob{Method: "/kit.Bidi/", N: 50, Streams: 25, Messages: 10, Size: 2000})
	do(testkit.GRPCJob{Method: "/kit.Fail/", N: 16})
	do(testkit.GRPCJob{Method: "/kit.Unary/slow", Metadata: map[string]string{"kit-ms": "300"}})
	do(testkit.GRPCJob{Method: "/kit.Unary/long", Metadata: map[string]string{"x-long": strings.Repeat("x", 6000)}})
	return made
}

// checked is what holds for each of the calls of talk.
func checked(t testing.TB, made []testkit.GRPCCall, hops map[string]hop) {
	t.Helper()
	for _, one := range made {
		h := hops[one.Method]
		for _, span := range []testkit.Span{h.client, h.server} {
			assert.Equal(t, codeName(one.Code), span.Str("rpc.response.status_code"), "%s %s", span.Kind, one.Method)
			if took := one.End.Sub(one.Start); !strings.HasPrefix(one.Method, "/kit.Unary/c") {
				assert.LessOrEqual(t, span.Took(), took+slack, "%s %s", span.Kind, one.Method)
			}
		}
		failed := map[bool]string{true: "Error", false: "Unset"}
		assert.Equal(t, failed[one.Code != 0], h.client.StatusCode, one.Method)
		assert.Equal(t, failed[serverFault(one.Code)], h.server.StatusCode, one.Method)
		if one.Code != 12 { // the server says that it does not know the method
			assert.Equal(t, strings.TrimPrefix(one.Method, "/"), h.server.Name)
		}
		assert.Equal(t, strings.TrimPrefix(one.Method, "/"), h.client.Name)
	}
	slow := hops["/kit.Unary/slow"].server
	assert.InDelta(t, 300*time.Millisecond, slow.Took(), float64(slack))
}

// TestGRPC: every kind of call between grpc-go's server and client.
func TestGRPC(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGRPCServer(t, testkit.Place{}, "OTEL_SERVICE_NAME=kit")
	c := testkit.StartGRPCClient(t, s.Addr, testkit.Place{})
	made := talk(t, c)
	hops := in.called(t, s, made)
	checked(t, made, hops)
	for method, h := range hops {
		assert.Equal(t, "flow", h.server.Str("beyla.parent.evidence"), method)
		assert.EqualValues(t, s.PID(), h.server.Resource["process.pid"])
		assert.EqualValues(t, c.PID(), h.client.Resource["process.pid"])
		assert.Equal(t, "kit", h.server.Service)
	}
}

// TestGRPCPython: the same with grpcio, whose framing and compression of headers are another's (grpc-core).
func TestGRPCPython(t *testing.T) {
	t.Run("both", func(t *testing.T) {
		in := start(t, nil)
		s := testkit.StartPythonGRPCServer(t, testkit.Place{})
		made := talk(t, testkit.StartPythonGRPCClient(t, s.Addr, testkit.Place{}))
		checked(t, made, in.called(t, s, made))
	})
	t.Run("to go", func(t *testing.T) {
		in := start(t, nil)
		s := testkit.StartGRPCServer(t, testkit.Place{})
		made := talk(t, testkit.StartPythonGRPCClient(t, s.Addr, testkit.Place{}))
		checked(t, made, in.called(t, s, made))
	})
}

// TestGRPCDeadlineAndCancel: calls that end before their answer.
func TestGRPCDeadlineAndCancel(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGRPCServer(t, testkit.Place{})
	c := testkit.StartGRPCClient(t, s.Addr, testkit.Place{})
	wait := map[string]string{"kit-ms": "5000", "kit-n": "3"}
	var made []testkit.GRPCCall
	made = append(made, c.Do(t, testkit.GRPCJob{Method: "/kit.Unary/deadline", Deadline: 200, Metadata: wait})...)
	made = append(made, c.Do(t, testkit.GRPCJob{Method: "/kit.Unary/cancel", Cancel: 200, Metadata: wait})...)
	made = append(made, c.Do(t, testkit.GRPCJob{Method: "/kit.Server/cancel", Stream: true, Cancel: 200, Metadata: wait})...)
	made = append(made, c.Do(t, testkit.GRPCJob{Method: "/kit.Unary/after", Deadline: 5000})...)
	testkit.Poll(t, patience, "the server to have noticed", func() bool { return len(s.Served(t)) == len(made) })
	hops := in.called(t, s, made)
	for _, method := range []string{"/kit.Unary/deadline", "/kit.Unary/cancel", "/kit.Server/cancel"} {
		h := hops[method]
		t.Logf("%s: client %v, server %v", method, h.client.Attrs, h.server.Attrs)
		assert.Equal(t, "Error", h.client.StatusCode, method)
		assert.NotEmpty(t, h.client.Str("error.type"), method)
		assert.InDelta(t, 200*time.Millisecond, h.client.Took(), float64(slack), method)
		assert.InDelta(t, 200*time.Millisecond, h.server.Took(), float64(slack), method)
		if method != "/kit.Unary/deadline" { // the server knows of that, too, and may have said so
			assert.False(t, h.client.Has("rpc.response.status_code"), "none was sent")
		}
	}
	assert.InDelta(t, 200*time.Millisecond, hops["/kit.Unary/deadline"].client.Int("beyla.rpc.timeout"), float64(slack))
	assert.Equal(t, "OK", hops["/kit.Unary/after"].client.Str("rpc.response.status_code"))
}

// TestGRPCEveryCall: 10,000 calls, 100 at a time over one connection, are 10,000 spans at either end.
func TestGRPCEveryCall(t *testing.T) {
	const calls = 10_000
	group := testkit.NewCgroup(t, "beyla-grpc")
	counts := new(tally)
	in := create(t, "", keys{"capture": keys{"cgroup_path": group.Path}}, counts)
	s := testkit.StartGRPCServer(t, group.Place())
	require.NoError(t, in.receiver.Start(t.Context(), componenttest.NewNopHost()))
	c := testkit.StartGRPCClient(t, s.Addr, group.Place())
	made := c.Do(t, testkit.GRPCJob{Method: "/kit.Unary/n", N: calls, Streams: 100, Size: 64})
	require.Len(t, made, calls)
	for _, one := range made {
		require.Zero(t, one.Code)
	}
	require.Len(t, s.Served(t), calls)
	c.Stop()
	s.Stop()
	testkit.Poll(t, patience, "the spans", func() bool { return counts.total() >= 2*calls })
	assert.Zero(t, in.metric(t, "kernel_losses", ""))
	in.shutdown(t)
	assert.EqualValues(t, calls, counts.servers.Load())
	assert.EqualValues(t, calls, counts.clients.Load())
	assert.Equal(t, calls, counts.kin.right(t))
	assert.Zero(t, counts.failed.Load())
}

// TestGRPCOpenBefore: calls of a connection that was open before the start are calls.
func TestGRPCOpenBefore(t *testing.T) {
	s := testkit.StartGRPCServer(t, testkit.Place{})
	c := testkit.StartGRPCClient(t, s.Addr, testkit.Place{})
	c.Do(t, testkit.GRPCJob{Method: "/kit.Unary/before", N: 20, Streams: 5})
	in := start(t, nil)
	c.Do(t, testkit.GRPCJob{Method: "/kit.Unary/after", N: 100, Streams: 10, Size: 50})
	c.Do(t, testkit.GRPCJob{Method: "/kit.Bidi/after", N: 20, Streams: 5, Messages: 4})
	in.await(t, s.Addr, 240)
	all := in.finish(t, s.Addr, 240)
	known := 0
	for _, span := range all {
		if method := span.Str("rpc.method"); strings.HasPrefix(method, "kit.") {
			known++
			assert.Contains(t, method, "/after")
		} else {
			assert.Equal(t, true, span.Attrs["beyla.headers.unknown"], "%v", span.Attrs)
		}
		if code := span.Str("rpc.response.status_code"); code != "" {
			assert.Equal(t, "OK", code)
		}
	}
	t.Logf("%d of %d spans know their method", known, len(all))
	assert.Positive(t, known)
	for _, server := range all.Kind("Server") {
		up, ok := all.Find(func(s testkit.Span) bool { return s.SpanID == server.Parent })
		if assert.True(t, ok, "the client of %v", server.Attrs) && server.Has("rpc.method") && up.Has("rpc.method") {
			assert.Equal(t, up.Str("rpc.method"), server.Str("rpc.method"))
		}
	}
}

// TestGRPCNginx: nginx in front of grpc-go, over HTTP/2 on both sides.
func TestGRPCNginx(t *testing.T) {
	in := start(t, nil)
	s := testkit.StartGRPCServer(t, testkit.Place{})
	n := nginxH2(t, fmt.Sprintf(`
    location /kit. { grpc_pass grpc://%s; }`, s.Addr))
	c := testkit.StartGRPCClient(t, n.Addr, testkit.Place{})
	made := c.Do(t, testkit.GRPCJob{Method: "/kit.Unary/n", N: 100, Streams: 10, Size: 10})
	made = append(made, c.Do(t, testkit.GRPCJob{Method: "/kit.Bidi/", N: 20, Streams: 5, Messages: 4})...)
	made = append(made, c.Do(t, testkit.GRPCJob{Method: "/kit.Fail/", N: 16})...)
	for _, one := range made {
		require.True(t, one.Code == 0 || strings.HasPrefix(one.Method, "/kit.Fail/"), "%+v", one)
	}
	in.await(t, s.Addr, 2*len(made))
	hops := in.called(t, s, made)
	front := in.Spans().Where(of(n.Addr))
	require.Len(t, front, 2*len(made))
	servers, clients := byMethod(t, front.Kind("Server")), byMethod(t, front.Kind("Client"))
	for _, one := range made {
		assert.Equal(t, clients[one.Method].SpanID, servers[one.Method].Parent, one.Method)
		assert.Equal(t, codeName(one.Code), servers[one.Method].Str("rpc.response.status_code"))
		back := hops[one.Method]
		assert.EqualValues(t, worker(t, n), back.client.Resource["process.pid"])
		assert.EqualValues(t, c.PID(), clients[one.Method].Resource["process.pid"])
		if back.client.Parent != "" {
			assert.Equal(t, servers[one.Method].SpanID, back.client.Parent, "what nginx proves is right")
		}
	}
}

// TestGRPCHop: a call within a call, whose metadata is passed on or not.
func TestGRPCHop(t *testing.T) {
	in := start(t, nil)
	far := testkit.StartGRPCServer(t, testkit.Place{})
	near := testkit.StartGRPCServer(t, testkit.Place{})
	c := testkit.StartGRPCClient(t, near.Addr, testkit.Place{})
	var made []testkit.GRPCCall
	for i, forward := range []string{"", "yes"} {
		parent := fmt.Sprintf("00-4bf92f3577b34da6a3ce929d0e0e473%d-00f067aa0ba902b%d-01", i, i)
		made = append(made, c.Do(t, testkit.GRPCJob{Method: fmt.Sprintf("/kit.Hop/%s.", forward), N: 30, Streams: 10, Metadata: map[string]string{
			"kit-next": far.Addr, "kit-forward": forward, "traceparent": parent,
		}})...)
	}
	in.await(t, far.Addr, 2*len(made))
	entered := in.called(t, near, made)
	behind := in.Spans().Where(of(far.Addr))
	require.Len(t, behind, 2*len(made))
	servers, clients := byMethod(t, behind.Kind("Server")), byMethod(t, behind.Kind("Client"))
	for _, one := range made {
		method := strings.Replace(one.Method, "Hop", "Unary", 1)
		client, server := clients[method], servers[method]
		assert.Equal(t, client.SpanID, server.Parent, method)
		up := entered[one.Method].server
		if strings.HasPrefix(one.Method, "/kit.Hop/yes") {
			assert.Equal(t, up.TraceID, client.TraceID)
		}
		if client.Parent != "" && up.TraceID == client.TraceID && client.Parent != "00f067aa0ba902b1" {
			assert.Equal(t, up.SpanID, client.Parent, method)
		}
		if strings.HasPrefix(one.Method, "/kit.Hop/.") && client.Parent != "" {
			assert.Equal(t, up.SpanID, client.Parent, "a parent, if any, is the right one")
		}
	}
}
