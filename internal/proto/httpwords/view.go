package httpwords

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Attributes of our own; the package comment says what they mean.
const (
	headTruncated    = "beyla.head.truncated"
	streamed         = "beyla.stream"
	streamKind       = "beyla.stream.kind"
	firstByte        = "beyla.stream.first_byte"
	messagesSent     = "beyla.stream.messages.sent"
	messagesReceived = "beyla.stream.messages.received"
	bytesSent        = "beyla.bytes.sent"
	bytesReceived    = "beyla.bytes.received"
)

// View is an exchange as one side's span shows it. Strings are empty, ports 0,
// where nothing is known.
type View struct {
	Side      proto.Side
	Endpoints proto.Endpoints
	Exchange  *proto.Exchange
	Words     *Words

	// Scheme, Path and Query, as it was sent, are the server's span's; Full, without secrets, the client's, which
	// has Path and Query where there is no Full.
	Scheme, Path, Query, Full string
	// Route is what the path matches.
	Route string
	// Host and Port are the server that was asked for.
	Host string
	Port int64
	// Client and ClientPort are who asked a proxy before us, if somebody did.
	Client     string
	ClientPort int64
	// Protocol and Version are what is spoken on the connection; no name means HTTP.
	Protocol, Version string
	// Failure is the error.type of an error of which no status tells.
	Failure string
	// Traffic is what a stream has carried besides the request and its response; nil for nothing.
	Traffic *Traffic
}

// Describe fills d with what the conventions say of it.
func (v *Vocabulary) Describe(view *View, d *proto.Description) {
	w, a := view.Words, &d.Attrs
	d.Name = v.name(w, view.Route)
	if w.Method != "" {
		a.Str("http.request.method", w.Method)
	}
	if w.Original != "" {
		a.Str("http.request.method_original", w.Original)
	}
	if view.Side == proto.Server {
		v.describeServer(view, a)
	} else {
		v.describeClient(view, a)
	}
	if view.Host != "" {
		a.Str("server.address", view.Host)
		if view.Port != 0 {
			a.Int("server.port", view.Port)
		}
	}
	if view.Protocol != "" {
		a.Str("network.protocol.name", view.Protocol)
	}
	if view.Version != "" {
		a.Str("network.protocol.version", view.Version)
	}
	v.describeOutcome(view, d)
	view.describeOurs(a)
	w.RequestHeaders.describe(a)
	w.ResponseHeaders.describe(a)
}

// name is the span's: the method, if it is a registered one, and the route if one is
// known. Never the path.
func (v *Vocabulary) name(w *Words, route string) string {
	method := w.Method
	if method == "" || method == OtherMethod {
		method = "HTTP"
	}
	if route == "" {
		return method
	}
	b := append(v.scratch[:0], method...)
	b = append(append(b, ' '), route...)
	v.scratch = b[:0]
	return v.Text(b)
}

func (v *Vocabulary) describeServer(view *View, a *attr.List) {
	if view.Scheme != "" {
		a.Str("url.scheme", view.Scheme)
	}
	v.path(view, a)
	if view.Route != "" {
		a.Str("http.route", view.Route)
	}
	peer := view.Endpoints.Client
	v.peer(a, peer)
	client, port := view.Client, view.ClientPort
	if client == "" && peer.IsValid() {
		client, port = v.Address(peer.Addr()), int64(peer.Port())
	}
	if client != "" {
		a.Str("client.address", client)
		if port != 0 {
			a.Int("client.port", port)
		}
	}
	if agent := view.Words.UserAgent; agent != "" {
		a.Str("user_agent.original", agent)
	}
}

// path says what was asked for.
func (v *Vocabulary) path(view *View, a *attr.List) {
	if view.Path != "" {
		a.Str("url.path", view.Path)
	}
	if view.Query != "" {
		a.Str("url.query", v.secrets.hide(view.Query))
	}
}

func (v *Vocabulary) describeClient(view *View, a *attr.List) {
	if view.Full != "" {
		a.Str("url.full", view.Full)
	} else {
		v.path(view, a)
	}
	if view.Route != "" {
		a.Str("url.template", view.Route)
	}
	v.peer(a, view.Endpoints.Server)
}

// peer says who is at the other end of the socket.
func (v *Vocabulary) peer(a *attr.List, peer netip.AddrPort) {
	if peer.IsValid() {
		a.Str("network.peer.address", v.Address(peer.Addr()))
		a.Int("network.peer.port", int64(peer.Port()))
	}
}

// describeOutcome says how it ended, with the error rules of the conventions:
// what the server failed at is an error at both ends, what the client asked wrongly
// at the client's only.
func (v *Vocabulary) describeOutcome(view *View, d *proto.Description) {
	a, x, status := &d.Attrs, view.Exchange, view.Words.Status
	if status != 0 {
		a.Int("http.response.status_code", int64(status))
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
	case view.Failure != "":
		d.Error = true
		a.Str("error.type", view.Failure)
	case status >= 500, view.Side == proto.Client && status >= 400:
		d.Error = true
		a.Str("error.type", v.Decimal(status))
	}
}

func (view *View) describeOurs(a *attr.List) {
	x := view.Exchange
	if x.Request.Truncated || x.Response.Truncated {
		a.Bool(headTruncated, true)
	}
	s := view.Words.Stream
	if s == NoStream {
		return
	}
	a.Bool(streamed, true)
	a.Str(streamKind, string(s))
	if x.Request.Seen && x.Response.Seen {
		a.Int(firstByte, max(0, x.Response.First-x.Request.First))
	}
	if view.Traffic != nil {
		view.Traffic.describe(view.Side, a)
	}
}
