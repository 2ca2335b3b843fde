package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// Describe implements proto.Semantics, after
// https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
func (x *exchange) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	t := httpwords.SplitTarget(x.target)
	view := httpwords.View{
		Side: side, Endpoints: e, Exchange: &x.Exchange, Words: &x.Words,
		Route: x.owner.words.Route(t.Path), Client: x.origin, Version: x.version,
	}
	view.Host, view.Port = x.server(&t, e.Server)
	if side == proto.Server {
		view.Scheme, view.Query = "http", t.Query
		if x.Method != "CONNECT" {
			view.Path = t.Path
		}
	} else {
		view.Full = x.fullURL(t, view.Host, view.Port)
	}
	x.owner.words.Describe(&view, d)
}
