package grpc

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

var here = proto.Endpoints{
	Client: netip.MustParseAddrPort("10.0.0.7:40122"),
	Server: netip.MustParseAddrPort("10.0.0.9:50051"),
}

func vocabulary() *Vocabulary {
	c := httpwords.Config{RequestHeaders: []string{"X-Tenant"}, ResponseHeaders: []string{"x-cost"}}
	return New(c, httpwords.New(c))
}

func describe(t testing.TB, view View) *proto.Description {
	d := &proto.Description{}
	if view.Exchange == nil {
		view.Exchange = &proto.Exchange{}
		view.Exchange.Response.Whole = true
	}
	vocabulary().Describe(&view, d)
	key, twice := d.Attrs.Duplicate()
	require.False(t, twice, key)
	return d
}

func TestDescribeClient(t *testing.T) {
	c := begun(t, "application/grpc")
	c.Timeout, c.Timed = 250e6, true
	c.ResponseField([]byte("grpc-status"), []byte("7"))
	d := describe(t, View{
		Side: proto.Client, Endpoints: here, Call: c, Authority: "cart.test", Version: "2",
		RequestFields: httpwords.Fields{
			{Key: "http.request.header.x-tenant", Values: []string{"a", "b"}}, {Key: "http.request.header.x-other", Values: []string{"c"}},
		},
		ResponseFields: httpwords.Fields{{Key: "http.response.header.x-cost", Values: []string{"3"}}},
	})
	var want attr.List
	want.Str("rpc.system.name", "grpc")
	want.Str("rpc.method", "shop.Cart/Add")
	want.Str("network.peer.address", "10.0.0.9")
	want.Int("network.peer.port", 50051)
	want.Str("server.address", "cart.test")
	want.Int("server.port", 50051)
	want.Str("network.protocol.name", "http")
	want.Str("network.protocol.version", "2")
	want.Str("rpc.response.status_code", "PERMISSION_DENIED")
	want.Str("error.type", "PERMISSION_DENIED")
	want.Int("beyla.rpc.timeout", 250e6)
	want.Strings("rpc.request.metadata.x-tenant", []string{"a", "b"})
	want.Strings("rpc.response.metadata.x-cost", []string{"3"})
	assert.Equal(t, want, d.Attrs)
	assert.Equal(t, "shop.Cart/Add", d.Name)
	assert.True(t, d.Error)
}

func TestDescribeServer(t *testing.T) {
	c := begun(t, "application/grpc-web")
	c.Payload(proto.ToServer, 1, frame(0, "one"))
	c.Payload(proto.ToClient, 2, join(frame(0, "one"), frame(0, "two"), frame(0x80, "grpc-status: 7\r\n")))
	x := &proto.Exchange{}
	x.Request.Seen, x.Request.First = true, 100
	x.Response.Seen, x.Response.First, x.Response.Truncated = true, 350, true
	d := describe(t, View{
		Side: proto.Server, Endpoints: here, Call: c, Exchange: x, Authority: "[2001:db8::1]:443", Version: "1.1",
		Client: "192.0.2.1",
	})
	var want attr.List
	want.Str("rpc.system.name", "grpc")
	want.Str("rpc.method", "shop.Cart/Add")
	want.Str("client.address", "192.0.2.1")
	want.Str("network.peer.address", "10.0.0.7")
	want.Int("network.peer.port", 40122)
	want.Str("server.address", "2001:db8::1")
	want.Int("server.port", 443)
	want.Str("network.protocol.name", "http")
	want.Str("network.protocol.version", "1.1")
	want.Str("rpc.response.status_code", "PERMISSION_DENIED")
	want.Bool("beyla.head.truncated", true)
	want.Bool("beyla.stream", true)
	want.Str("beyla.stream.kind", "grpc")
	want.Int("beyla.stream.first_byte", 250)
	want.Int("beyla.stream.messages.sent", 2)
	want.Int("beyla.stream.messages.received", 1)
	assert.Equal(t, want, d.Attrs)
	assert.False(t, d.Error, "the client asked for what it may not have")
}

func TestDescribeBareAddresses(t *testing.T) {
	d := describe(t, View{Side: proto.Server, Endpoints: here, Call: begun(t, "application/connect+json")})
	for key, want := range map[string]string{
		"client.address": "10.0.0.7", "server.address": "10.0.0.9", "rpc.system.name": "connectrpc", "beyla.stream.kind": "connectrpc",
	} {
		got, _ := d.Attrs.Get(key)
		assert.Equal(t, want, got.Str, key)
	}
	d = describe(t, View{Side: proto.Client, Call: begun(t, "application/grpc")})
	for _, key := range []string{"client.address", "server.address", "network.peer.address", "network.protocol.version"} {
		_, ok := d.Attrs.Get(key)
		assert.False(t, ok, key)
	}
}

func TestDescribeMethods(t *testing.T) {
	bad := &Call{}
	bad.RequestField([]byte("content-type"), []byte("application/grpc"))
	require.True(t, bad.Begin("POST", "/nowhere"))
	unknown := begun(t, "application/grpc")
	unknown.ResponseField([]byte("grpc-status"), []byte("12"))
	for _, tt := range []struct {
		name                   string
		side                   proto.Side
		call                   *Call
		span, method, original string
	}{
		{"no method", proto.Client, bad, "grpc", "_OTHER", "nowhere"},
		{"that the server does not know", proto.Server, unknown, "grpc", "_OTHER", "shop.Cart/Add"},
		{"that the client has", proto.Client, unknown, "shop.Cart/Add", "shop.Cart/Add", ""},
	} {
		d := describe(t, View{Side: tt.side, Call: tt.call})
		method, _ := d.Attrs.Get("rpc.method")
		original, _ := d.Attrs.Get("rpc.method_original")
		assert.Equal(t, [3]string{tt.span, tt.method, tt.original}, [3]string{d.Name, method.Str, original.Str}, tt.name)
	}
}

// outcome is what a span says of how a call ended.
type outcome struct {
	error      bool
	type_      string
	code       string
	httpStatus int64
}

func outcomeOf(d *proto.Description) outcome {
	type_, _ := d.Attrs.Get("error.type")
	code, _ := d.Attrs.Get("rpc.response.status_code")
	status, _ := d.Attrs.Get("http.response.status_code")
	return outcome{d.Error, type_.Str, code.Str, status.Num}
}

func TestErrorRules(t *testing.T) {
	serverErrors := " UNKNOWN DEADLINE_EXCEEDED UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
	for code := OK; code < codes; code++ {
		c := begun(t, "application/grpc")
		c.ResponseField([]byte("grpc-status"), []byte(decimalOf(code)))
		for _, side := range []proto.Side{proto.Client, proto.Server} {
			want := outcome{code: code.String()}
			if code != OK && (side == proto.Client || strings.Contains(serverErrors, " "+code.String()+" ")) {
				want.error, want.type_ = true, code.String()
			}
			assert.Equal(t, want, outcomeOf(describe(t, View{Side: side, Call: c})), "%v %d", code, side)
		}
		if code == OK {
			continue
		}
		c = unary(t, 500, "content-type", "application/json")
		c.Payload(proto.ToClient, 1, []byte(`{"code":"`+code.Connect()+`"}`))
		assert.Equal(t, outcome{error: true, type_: code.Connect(), code: code.Connect()}, outcomeOf(describe(t, View{Side: proto.Client, Call: c})))
		assert.Equal(t, code.failsServer(), describe(t, View{Side: proto.Server, Call: c}).Error)
	}
}

func TestOutcomeWithoutCode(t *testing.T) {
	answered := func(status int, contentType string) *Call {
		c := &Call{}
		c.RequestField([]byte("content-type"), []byte("application/grpc"))
		require.True(t, c.Begin("POST", "/shop.Cart/Add"))
		c.ResponseField([]byte("content-type"), []byte(contentType))
		c.Respond(status)
		return c
	}
	unended := begun(t, "application/connect+json")
	unended.Payload(proto.ToClient, 1, frame(0, "{}"))
	ended := begun(t, "application/connect+json")
	ended.Payload(proto.ToClient, 1, frame(2, "{}"))
	unread := begun(t, "application/connect+json")
	unread.Payload(proto.ToClient, 1, frame(2, `{"error":{"code":"internal"}}`)[:16])
	unread.Skipped(proto.ToClient, 1, 18)
	cutWeb := begun(t, "application/grpc-web")
	cutWeb.Skipped(proto.ToClient, 1, 100)
	missing := outcome{error: true, type_: "status_missing"}
	for _, tt := range []struct {
		name           string
		view           View
		client, server outcome
	}{
		{"a proxy's page", View{Call: answered(503, "text/html")},
			outcome{true, "UNAVAILABLE", "UNAVAILABLE", 503}, outcome{true, "503", "", 503}},
		{"a proxy's refusal", View{Call: answered(404, "text/html")},
			outcome{true, "UNIMPLEMENTED", "UNIMPLEMENTED", 404}, outcome{httpStatus: 404}},
		{"fields that could not be read", View{Call: answered(503, "application/grpc"), Unknown: true},
			outcome{true, "503", "", 503}, outcome{true, "503", "", 503}},
		{"no trailers", View{Call: answered(200, "application/grpc")}, missing, missing},
		{"a page", View{Call: answered(200, "text/html")}, missing, missing},
		{"trailers that could not be read", View{Call: answered(200, "application/grpc"), Unknown: true}, outcome{}, outcome{}},
		{"a response that is not over", View{Call: answered(200, "application/grpc"), Exchange: &proto.Exchange{}}, outcome{}, outcome{}},
		{"no response", View{Call: begunOnly(t)}, outcome{}, outcome{}},
		{"reset", View{Call: begunOnly(t), Exchange: &proto.Exchange{Fault: proto.ConnectionReset}},
			outcome{true, "connection_reset", "", 0}, outcome{true, "connection_reset", "", 0}},
		{"given up", View{Call: begunOnly(t), Exchange: &proto.Exchange{Fault: "cancel"}, Cancelled: true},
			outcome{true, "cancel", "", 0}, outcome{false, "cancel", "", 0}},
		{"not observed", View{Call: begunOnly(t), Exchange: &proto.Exchange{Fault: proto.NotObserved}},
			outcome{false, "response_not_observed", "", 0}, outcome{false, "response_not_observed", "", 0}},
		{"Connect: success", View{Call: unary(t, 200, "content-type", "application/proto")}, outcome{}, outcome{}},
		{"Connect: JSON unread", View{Call: unary(t, 404, "content-type", "application/json")},
			outcome{true, "404", "", 404}, outcome{httpStatus: 404}},
		{"Connect: a proxy's page", View{Call: unary(t, 502, "content-type", "text/html")},
			outcome{true, "unavailable", "unavailable", 502}, outcome{true, "502", "", 502}},
		{"Connect: a stream that ended well", View{Call: ended}, outcome{}, outcome{}},
		{"Connect: a stream without its end", View{Call: unended}, missing, missing},
		{"Connect: an error of a stream, unread", View{Call: unread}, outcome{error: true, type_: "_OTHER"}, outcome{}},
		{"gRPC-Web: without its end", View{Call: begun(t, "application/grpc-web")}, missing, missing},
		{"gRPC-Web: not all seen", View{Call: cutWeb}, outcome{}, outcome{}},
	} {
		tt.view.Side = proto.Client
		assert.Equal(t, tt.client, outcomeOf(describe(t, tt.view)), "%s, client", tt.name)
		tt.view.Side = proto.Server
		assert.Equal(t, tt.server, outcomeOf(describe(t, tt.view)), "%s, server", tt.name)
	}
}

// A code that was seen counts, whatever came of the connection.
func TestCodeBeforeFault(t *testing.T) {
	c := begun(t, "application/grpc-web")
	c.Payload(proto.ToClient, 1, frame(0x80, "grpc-status: 0\r\n"))
	d := describe(t, View{Side: proto.Client, Call: c, Exchange: &proto.Exchange{Fault: proto.ConnectionReset}})
	assert.Equal(t, outcome{code: "OK"}, outcomeOf(d))
}

// begunOnly is a call without a response.
func begunOnly(t testing.TB) *Call {
	c := &Call{}
	c.RequestField([]byte("content-type"), []byte("application/grpc"))
	require.True(t, c.Begin("POST", "/shop.Cart/Add"))
	return c
}

func TestMarks(t *testing.T) {
	for method, want := range map[string]proto.Mark{
		"opentelemetry.proto.collector.trace.v1.TraceService/Export": proto.MarkOTLP,
		"grpc.health.v1.Health/Check":                                proto.MarkHealthProbe,
		"grpc.health.v1.Health/Watch":                                0,
		"shop.Cart/Add":                                              0,
	} {
		assert.Equal(t, want, (&Call{Method: method}).Marks(), method)
	}
}
