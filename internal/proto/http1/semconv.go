package http1

import (
	"net/netip"
	"strconv"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Attributes of our own; the package comment says what they mean.
const (
	headTruncated = "beyla.head.truncated"
	streamed      = "beyla.stream"
	streamKind    = "beyla.stream.kind"
)

// Describe implements proto.Semantics, after
// https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
func (x *exchange) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	t := splitTarget(x.target)
	d.Name = x.name(t)
	a := &d.Attrs
	a.Str("http.request.method", x.method)
	if x.original != "" {
		a.Str("http.request.method_original", x.original)
	}
	host, port := x.server(t, e.Server)
	if side == proto.Server {
		x.describeServer(t, e.Client, d)
	} else {
		x.describeClient(t, host, port, e.Server, d)
	}
	if host != "" {
		a.Str("server.address", host)
		a.Int("server.port", port)
	}
	if x.version != "" {
		a.Str("network.protocol.version", x.version)
	}
	x.describeOutcome(side, d)
	x.describeOurs(a)
	for _, h := range x.requestHeaders {
		a.Strings(h.key, h.values)
	}
	for _, h := range x.responseHeaders {
		a.Strings(h.key, h.values)
	}
}

// name is the span's: the method, and the route if one is known. Never the path.
func (x *exchange) name(t target) string {
	method := x.method
	if x.original != "" {
		method = "HTTP"
	}
	route := x.owner.routeOf(t.path)
	if route == "" {
		return method
	}
	b := append(x.owner.scratch[:0], method...)
	b = append(append(b, ' '), route...)
	x.owner.scratch = b[:0]
	return x.owner.names.of(b)
}

// describeServer says what only a server's span says. peer is the client's socket.
func (x *exchange) describeServer(t target, peer netip.AddrPort, d *proto.Description) {
	a := &d.Attrs
	a.Str("url.scheme", "http")
	if t.path != "" && x.method != "CONNECT" {
		a.Str("url.path", t.path)
	}
	if t.query != "" {
		a.Str("url.query", x.owner.redactQuery(t.query))
	}
	if route := x.owner.routeOf(t.path); route != "" {
		a.Str("http.route", route)
	}
	x.owner.peer(a, peer)
	switch {
	case x.origin != "":
		a.Str("client.address", x.origin)
	case peer.IsValid():
		a.Str("client.address", x.owner.address(peer.Addr()))
		a.Int("client.port", int64(peer.Port()))
	}
	if x.userAgent != "" {
		a.Str("user_agent.original", x.userAgent)
	}
}

// describeClient says what only a client's span says. peer is the server's socket.
func (x *exchange) describeClient(t target, host string, port int64, peer netip.AddrPort, d *proto.Description) {
	a := &d.Attrs
	if full := x.fullURL(t, host, port); full != "" {
		a.Str("url.full", full)
	}
	if route := x.owner.routeOf(t.path); route != "" {
		a.Str("url.template", route)
	}
	x.owner.peer(a, peer)
}

// describeOutcome says how it ended, with the error rules of the conventions:
// what the server failed at is an error at both ends, what the client asked wrongly
// at the client's only.
func (x *exchange) describeOutcome(side proto.Side, d *proto.Description) {
	a := &d.Attrs
	if x.status != 0 {
		a.Int("http.response.status_code", int64(x.status))
	}
	if x.Request.Body >= 0 {
		a.Int("http.request.body.size", x.Request.Body)
	}
	if x.Response.Seen && x.Response.Body >= 0 {
		a.Int("http.response.body.size", x.Response.Body)
	}
	switch {
	case x.Fault != proto.NoFault:
		// That we lost sight of the response is no failure of theirs.
		d.Error = x.Fault != proto.NotObserved
		a.Str("error.type", string(x.Fault))
	case x.status >= 500, side == proto.Client && x.status >= 400:
		d.Error = true
		a.Str("error.type", x.owner.decimal(x.status))
	}
}

func (x *exchange) describeOurs(a *attr.List) {
	if x.Request.Truncated || x.Response.Truncated {
		a.Bool(headTruncated, true)
	}
	if x.stream != noStream {
		a.Bool(streamed, true)
		a.Str(streamKind, string(x.stream))
	}
}

func (o *protocol) decimal(n int) string {
	o.scratch = strconv.AppendInt(o.scratch[:0], int64(n), 10)
	return o.names.of(o.scratch)
}
