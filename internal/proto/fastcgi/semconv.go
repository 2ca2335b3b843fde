package fastcgi

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
	roleKey       = "beyla.fastcgi.role"
	appStatusKey  = "beyla.fastcgi.app_status"
)

// Describe implements proto.Semantics, after
// https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
func (x *exchange) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	d.Name = x.name()
	a := &d.Attrs
	if x.method != "" {
		a.Str("http.request.method", x.method)
	}
	if x.original != "" {
		a.Str("http.request.method_original", x.original)
	}
	l := x.location()
	if side == proto.Server {
		x.describeServer(&l, e.Client, a)
	} else {
		x.describeClient(&l, e.Server, a)
	}
	x.describeAddress(&l, e.Server, a)
	a.Str("network.protocol.name", Name)
	x.describeOutcome(side, d)
	x.describeOurs(a)
}

// name is the span's: the method, if it is a known one.
func (x *exchange) name() string {
	if x.method == "" || x.method == otherMethod {
		return "HTTP"
	}
	return x.method
}

// describeServer says what only a server's span says. peer is the web server's socket.
func (x *exchange) describeServer(l *location, peer netip.AddrPort, a *attr.List) {
	a.Str("url.scheme", l.scheme)
	if l.path != "" {
		a.Str("url.path", l.path)
	}
	if l.query != "" {
		a.Str("url.query", x.owner.redactQuery(l.query))
	}
	x.owner.peer(a, peer)
	switch {
	case x.remote != "":
		a.Str("client.address", x.remote)
		if x.remotePort != 0 {
			a.Int("client.port", x.remotePort)
		}
	case peer.IsValid():
		a.Str("client.address", x.owner.address(peer.Addr()))
		a.Int("client.port", int64(peer.Port()))
	}
	if x.userAgent != "" {
		a.Str("user_agent.original", x.userAgent)
	}
	if x.file != "" && x.file[0] == '/' { // what Apache sends need not be one
		a.Str("code.file.path", x.file)
	}
}

// describeClient says what only a client's span says. peer is the application's socket.
func (x *exchange) describeClient(l *location, peer netip.AddrPort, a *attr.List) {
	if full := x.full(l); full != "" {
		a.Str("url.full", full)
	}
	x.owner.peer(a, peer)
}

// describeAddress says which server was asked: the socket's, if the parameters do not tell.
func (x *exchange) describeAddress(l *location, socket netip.AddrPort, a *attr.List) {
	host, number := l.host, l.port
	if host == "" && socket.IsValid() {
		host, number = x.owner.address(socket.Addr()), int64(socket.Port())
	}
	if host == "" {
		return
	}
	a.Str("server.address", host)
	if number != 0 {
		a.Int("server.port", number)
	}
}

// peer says who is at the other end of the socket.
func (o *protocol) peer(a *attr.List, peer netip.AddrPort) {
	if peer.IsValid() {
		a.Str("network.peer.address", o.address(peer.Addr()))
		a.Int("network.peer.port", int64(peer.Port()))
	}
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
	switch failure := x.failure(); {
	case x.Fault != proto.NoFault:
		// That we lost sight of the response is no failure of theirs.
		d.Error = x.Fault != proto.NotObserved
		a.Str("error.type", string(x.Fault))
	case failure != "":
		d.Error = true
		a.Str("error.type", failure)
	case x.status >= 500, side == proto.Client && x.status >= 400:
		d.Error = true
		a.Str("error.type", x.owner.decimal(x.status))
	}
}

// failure is an error that FastCGI tells itself; empty for none.
func (x *exchange) failure() string {
	switch {
	case x.refusal != "":
		return x.refusal
	case x.aborted:
		return "aborted"
	case x.ended && x.head == 0 && x.Response.Body == 0:
		return "no_response"
	}
	return ""
}

func (x *exchange) describeOurs(a *attr.List) {
	if x.Request.Truncated || x.Response.Truncated {
		a.Bool(headTruncated, true)
	}
	if x.events {
		a.Bool(streamed, true)
		a.Str(streamKind, "event_stream")
	}
	if x.role != responder {
		a.Str(roleKey, x.role.String())
	}
	if x.appStatus != 0 {
		a.Int(appStatusKey, x.appStatus)
	}
}

func (o *protocol) decimal(n int) string {
	o.scratch = strconv.AppendInt(o.scratch[:0], int64(n), 10)
	return o.names.of(o.scratch)
}
