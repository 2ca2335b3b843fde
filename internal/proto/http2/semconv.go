package http2

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/grpc"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// version is network.protocol.version.
const version = "2"

// unknownKey is an attribute of our own; the package comment says what it means.
const unknownKey = "beyla.headers.unknown"

// Describe implements proto.Semantics.
func (x *exchange) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	if x.call.Flavour != grpc.None {
		x.describeCall(side, e, d)
	} else {
		x.describeHTTP(side, e, d)
	}
	if x.unknown {
		d.Attrs.Bool(unknownKey, true)
	}
}

// describeHTTP is for an exchange that is nothing but HTTP, after
// https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
func (x *exchange) describeHTTP(side proto.Side, e proto.Endpoints, d *proto.Description) {
	words := x.owner.words
	t := httpwords.SplitTarget(x.path)
	if t.Scheme, t.Authority = x.scheme, ""; x.Method == "CONNECT" && x.protocol == "" {
		t.Scheme = "http" // it has none of its own
	}
	view := httpwords.View{
		Side: side, Endpoints: e, Exchange: &x.Exchange, Words: &x.Words,
		Route: words.Route(t.Path), Client: x.origin, Version: version, Traffic: x.traffic(), Failure: x.failure(side),
	}
	view.Host, view.Port = x.server(e.Server)
	if side == proto.Server {
		view.Scheme, view.Path, view.Query = t.Scheme, t.Path, t.Query
	} else {
		view.Full = x.full(t, view.Host, view.Port)
		if view.Full == "" && x.unknown { // that it is not whole is no reason to say nothing
			view.Path, view.Query = t.Path, t.Query
		}
	}
	words.Describe(&view, d)
	if x.cancelled && (side == proto.Server || x.Mark&proto.MarkStream != 0) {
		d.Error = false // to give up is the client's right, and the only way to end some streams
	}
}

// server is the host and port that the request was sent to, as the client named them; else the socket's.
func (x *exchange) server(socket netip.AddrPort) (host string, port int64) {
	named, _ := httpwords.SplitUser(x.Host)
	host, port = httpwords.SplitPort(named)
	if host == "" && socket.IsValid() {
		return x.owner.words.Address(socket.Addr()), int64(socket.Port())
	}
	if port == 0 {
		port = int64(socket.Port())
	}
	return host, port
}

// full is url.full. CONNECT has none, nor has a request of which nobody knows host, path or scheme.
func (x *exchange) full(t httpwords.Target, host string, port int64) string {
	if x.Method == "CONNECT" && x.protocol == "" || host == "" || x.path == "" || x.scheme == "" {
		return ""
	}
	authority := x.Host
	switch {
	case authority == "" && x.unknown:
		return "" // it may have been another than the socket's
	case authority == "":
		authority = x.owner.words.Authority(host, port)
	}
	return x.owner.words.Full(&t, authority)
}
