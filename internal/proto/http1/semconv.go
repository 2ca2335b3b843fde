package http1

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/grpc"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/proto/websocket"
)

// closeCode is the code of the first Close frame of a WebSocket.
const closeCode = "beyla.websocket.close_code"

// Describe implements proto.Semantics, after
// https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
func (x *exchange) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	if x.call != nil {
		x.describeCall(side, e, d)
		return
	}
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
	if x.stream != nil {
		view.Traffic, view.Failure = &x.stream.traffic, x.stream.failure(side)
	}
	x.owner.words.Describe(&view, d)
	if x.stream != nil && x.stream.code != websocket.Unseen {
		d.Attrs.Int(closeCode, int64(x.stream.code))
	}
}

// describeCall is Describe for a call.
func (x *exchange) describeCall(side proto.Side, e proto.Endpoints, d *proto.Description) {
	authority := x.Host
	if t := httpwords.SplitTarget(x.target); t.Authority != "" {
		authority = t.Authority
	}
	x.owner.rpc.Describe(&grpc.View{
		Side: side, Endpoints: e, Exchange: &x.Exchange, Call: x.call,
		Authority: authority, Client: x.origin, Version: x.version,
		Unknown: x.Response.Truncated, Cancelled: x.quit,
		RequestFields: x.RequestHeaders, ResponseFields: x.ResponseHeaders,
	}, d)
}
