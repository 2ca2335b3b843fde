package fastcgi

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// Attributes of our own; the package comment says what they mean.
const (
	roleKey      = "beyla.fastcgi.role"
	appStatusKey = "beyla.fastcgi.app_status"
)

// Describe implements proto.Semantics, after
// https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
func (x *exchange) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	t := x.target()
	view := httpwords.View{
		Side: side, Endpoints: e, Exchange: &x.Exchange, Words: &x.Words,
		Route: x.owner.words.Route(t.Path), Client: x.remote, ClientPort: x.remotePort,
		Protocol: Name, Failure: x.failure(),
	}
	authority := x.authority(t.Scheme)
	view.Host, view.Port = x.server(authority, e.Server)
	if side == proto.Server {
		view.Scheme, view.Path, view.Query = t.Scheme, t.Path, t.Query
	} else if authority != "" {
		view.Full = x.owner.words.Full(&t, authority)
	}
	x.owner.words.Describe(&view, d)
	x.describeOurs(side, d)
}

// server says which server was asked: the socket's, if the parameters do not tell.
func (x *exchange) server(authority string, socket netip.AddrPort) (host string, port int64) {
	host, port = httpwords.SplitPort(authority)
	if port == 0 {
		port = x.serverPort
	}
	if host == "" && socket.IsValid() {
		return x.owner.words.Address(socket.Addr()), int64(socket.Port())
	}
	return host, port
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

func (x *exchange) describeOurs(side proto.Side, d *proto.Description) {
	a := &d.Attrs
	if side == proto.Server && x.file != "" && x.file[0] == '/' { // what Apache sends need not be one
		a.Str("code.file.path", x.file)
	}
	if x.role != responder {
		a.Str(roleKey, x.role.String())
	}
	if x.appStatus != 0 {
		a.Int(appStatusKey, x.appStatus)
	}
}
