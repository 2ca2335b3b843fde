package opaque

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// Attributes that the semantic conventions 1.43.0 register
// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/).
const (
	keyErrorType  = "error.type"
	keyServerAddr = "server.address"
	keyServerPort = "server.port"
	keyClientAddr = "client.address"
	keyClientPort = "client.port"
	keyLocalAddr  = "network.local.address"
	keyLocalPort  = "network.local.port"
	keyPeerAddr   = "network.peer.address"
	keyPeerPort   = "network.peer.port"
	keyTransport  = "network.transport"
)

// Attributes of our own; the package comment says what they mean.
const (
	keyOpaque     = "beyla.opaque"
	keyTurns      = "beyla.opaque.turns"
	keySent       = "beyla.bytes.sent"
	keyReceived   = "beyla.bytes.received"
	keyStream     = "beyla.stream"
	keyStreamKind = "beyla.stream.kind"
	keyFirstByte  = "beyla.stream.first_byte"
	keyHandshake  = "beyla.tls.handshake"
)

// Describe implements proto.Semantics.
func (x *exchange) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	d.Name = x.Protocol
	a := &d.Attrs
	if x.Undirected {
		x.describeEnds(side, e, d)
	} else {
		x.describeDirected(side, e, d)
	}
	a.Str(keyTransport, "tcp")
	x.facts.Describe(a)
	a.Str(keyOpaque, x.mode.String())
	sent, received := x.Request.Wire, x.Response.Wire
	if side == proto.Server {
		sent, received = received, sent
	}
	a.Int(keySent, sent)
	a.Int(keyReceived, received)
	if x.mode == Connection {
		x.describeStream(d)
	}
	if x.handshake {
		a.Bool(keyHandshake, true)
	}
	if kind := x.errorType(); kind != "" {
		d.Error = kind != string(proto.NotObserved)
		a.Str(keyErrorType, kind)
	}
}

// describeDirected names client and server.
func (x *exchange) describeDirected(side proto.Side, e proto.Endpoints, d *proto.Description) {
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
	end(d, store, keyPeerAddr, keyPeerPort, peer)
}

// describeEnds names the two ends as the span's own and the other one.
func (x *exchange) describeEnds(side proto.Side, e proto.Endpoints, d *proto.Description) {
	d.Internal = true
	local, peer := e.Client, e.Server
	if side == proto.Server {
		local, peer = peer, local
	}
	end(d, x.owner.store, keyLocalAddr, keyLocalPort, local)
	end(d, x.owner.store, keyPeerAddr, keyPeerPort, peer)
}

func end(d *proto.Description, store *tlshello.Store, address, port string, e netip.AddrPort) {
	d.Attrs.Str(address, store.Address(e.Addr()))
	d.Attrs.Int(port, int64(e.Port()))
}

func (x *exchange) describeStream(d *proto.Description) {
	a := &d.Attrs
	a.Bool(keyStream, true)
	a.Str(keyStreamKind, "connection")
	if x.Undirected {
		return
	}
	if x.counted {
		a.Int(keyTurns, x.turns)
	}
	if x.Request.Seen && x.Response.Seen && x.Response.First >= x.Request.First {
		a.Int(keyFirstByte, x.Response.First-x.Request.First)
	}
}

// errorType is the error of an exchange; empty if there is none.
func (x *exchange) errorType() string {
	if x.facts.Alerted {
		return tlshello.AlertError(x.facts.Alert)
	}
	return string(x.Fault)
}
