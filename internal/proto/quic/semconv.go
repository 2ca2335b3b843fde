package quic

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// Attributes that the semantic conventions 1.43.0 register
// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/).
const (
	keyErrorType       = "error.type"
	keyServerAddr      = "server.address"
	keyServerPort      = "server.port"
	keyClientAddr      = "client.address"
	keyClientPort      = "client.port"
	keyPeerAddr        = "network.peer.address"
	keyPeerPort        = "network.peer.port"
	keyTransport       = "network.transport"
	keyProtocolName    = "network.protocol.name"
	keyProtocolVersion = "network.protocol.version"
)

// Attributes of our own; the package comment says what they mean.
const (
	keyRetry         = "beyla.quic.retry"
	keySentDatagrams = "beyla.quic.datagrams.sent"
	keyRecvDatagrams = "beyla.quic.datagrams.received"
	keySent          = "beyla.bytes.sent"
	keyReceived      = "beyla.bytes.received"
	keyOpaque        = "beyla.opaque"
	keyStream        = "beyla.stream"
	keyStreamKind    = "beyla.stream.kind"
	keyFirstByte     = "beyla.stream.first_byte"
)

// Describe implements proto.Semantics.
func (x *exchange) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	d.Name = Name
	a := &d.Attrs
	x.describeEnds(side, e, d)
	a.Str(keyTransport, "udp")
	a.Str(keyProtocolName, Name)
	if x.version != 0 {
		var room [16]byte
		a.Str(keyProtocolVersion, x.owner.store.Text(appendVersion(room[:0], x.version)))
	}
	x.facts.Describe(a)
	if x.retried {
		a.Bool(keyRetry, true)
	}
	x.describeTraffic(side, d)
	if kind := x.errorType(); kind != "" {
		d.Error = true
		a.Str(keyErrorType, kind)
	}
}

func (x *exchange) describeEnds(side proto.Side, e proto.Endpoints, d *proto.Description) {
	a, store := &d.Attrs, x.owner.store
	name := x.facts.ServerName
	if name == "" {
		name = store.Address(e.Server.Addr())
	}
	a.Str(keyServerAddr, name)
	a.Int(keyServerPort, int64(e.Server.Port()))
	peer := e.Server
	if side == proto.Server {
		peer = e.Client
		a.Str(keyClientAddr, store.Address(peer.Addr()))
		a.Int(keyClientPort, int64(peer.Port()))
	}
	a.Str(keyPeerAddr, store.Address(peer.Addr()))
	a.Int(keyPeerPort, int64(peer.Port()))
}

func (x *exchange) describeTraffic(side proto.Side, d *proto.Description) {
	a := &d.Attrs
	sent, received := proto.ToServer, proto.ToClient
	if side == proto.Server {
		sent, received = received, sent
	}
	if !x.holed {
		a.Int(keySentDatagrams, x.datagrams[sent])
		a.Int(keyRecvDatagrams, x.datagrams[received])
	}
	a.Int(keySent, x.half(sent).Wire)
	a.Int(keyReceived, x.half(received).Wire)
	a.Str(keyOpaque, "connection")
	a.Bool(keyStream, true)
	a.Str(keyStreamKind, "connection")
	if x.Response.Seen && x.Response.First >= x.Request.First {
		a.Int(keyFirstByte, x.Response.First-x.Request.First)
	}
}

// errorType is the error of a connection; empty if there is none.
func (x *exchange) errorType() string {
	if x.facts.Alerted {
		return tlshello.AlertError(x.facts.Alert)
	}
	return x.failure
}
