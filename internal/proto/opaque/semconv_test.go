package opaque

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// described gives what is said of the exchange of a connection in which 3 bytes went there and 5 back.
func described(t *testing.T, side proto.Side, change func(x *exchange)) *proto.Description {
	t.Helper()
	sink := &keeper{}
	p := New(Config{}).NewParser(event.TCP, sink)
	p.Feed(proto.ToServer, &proto.Segment{At: 100, Bytes: []byte("ask")})
	p.Feed(proto.ToClient, &proto.Segment{At: 140, Bytes: []byte("told.")})
	x := sink.open[0].Semantics.(*exchange)
	change(x)
	d := &proto.Description{}
	x.Describe(side, ends, d)
	key, twice := d.Attrs.Duplicate()
	require.False(t, twice, key)
	return d
}

// keeper is a sink that keeps what it is given.
type keeper struct{ open, done []*proto.Exchange }

func (k *keeper) Open(x *proto.Exchange)       { k.open = append(k.open, x) }
func (*keeper) Streams(*proto.Exchange)        {}
func (k *keeper) Done(x *proto.Exchange)       { k.done = append(k.done, x) }
func (*keeper) Lost(proto.Account, proto.Lost) {}

func TestDescribe(t *testing.T) {
	var server, client, nobody attr.List
	server.Str("server.address", "192.0.2.2")
	server.Int("server.port", 443)
	client = append(client, server...)
	server.Str("client.address", "192.0.2.1")
	server.Int("client.port", 40000)
	server.Str("network.peer.address", "192.0.2.1")
	server.Int("network.peer.port", 40000)
	client.Str("network.peer.address", "192.0.2.2")
	client.Int("network.peer.port", 443)
	nobody.Str("network.local.address", "192.0.2.2")
	nobody.Int("network.local.port", 443)
	nobody.Str("network.peer.address", "192.0.2.1")
	nobody.Int("network.peer.port", 40000)
	rest := func(l attr.List, sent, received int64) attr.List {
		l.Str("network.transport", "tcp")
		l.Str("beyla.opaque", "connection")
		l.Int("beyla.bytes.sent", sent)
		l.Int("beyla.bytes.received", received)
		l.Bool("beyla.stream", true)
		l.Str("beyla.stream.kind", "connection")
		return l
	}
	first := func(l attr.List) attr.List { l.Int("beyla.stream.first_byte", 40); return l }

	none := func(*exchange) {}
	assert.Equal(t, &proto.Description{Name: "tcp", Attrs: first(rest(server, 5, 3))}, described(t, proto.Server, none))
	assert.Equal(t, &proto.Description{Name: "tcp", Attrs: first(rest(client, 3, 5))}, described(t, proto.Client, none))
	assert.Equal(t, &proto.Description{Name: "tcp", Internal: true, Attrs: rest(nobody, 5, 3)},
		described(t, proto.Server, func(x *exchange) { x.Undirected = true }))

	d := described(t, proto.Client, func(x *exchange) {
		x.know(&tlshello.Facts{TLS: true, Client: true, ServerName: "a.example", Alerted: true, Alert: 40, Established: tlshello.No})
		x.Fault = proto.ConnectionReset
	})
	assert.Equal(t, "tls", d.Name)
	assert.True(t, d.Error)
	for key, want := range map[string]string{
		"server.address": "a.example", "network.peer.address": "192.0.2.2", "error.type": "tls_alert_handshake_failure",
	} {
		kv, _ := d.Attrs.Get(key)
		assert.Equal(t, want, kv.Str, key)
	}
	_, named := d.Attrs.Get("network.protocol.name")
	assert.False(t, named, "nobody saw what is spoken")
}

// Both ends of a connection find each other by the origin of the request, whoever speaks first.
func TestBothEndsAgree(t *testing.T) {
	for name, first := range map[string]proto.Dir{"client first": proto.ToServer, "server first": proto.ToClient} {
		t.Run(name, func(t *testing.T) {
			var origins []proto.Origin
			var began []int64
			for _, late := range []int64{0, 7} { // the far end sees a message a little later
				sink := &keeper{}
				p := New(Config{}).NewParser(event.TCP, sink)
				at := int64(1000)
				for i, dir := range []proto.Dir{first, first.Flip(), first} {
					if dir == proto.ToServer {
						at += late
					}
					origin := proto.Origin{Seq: 100 + uint32(dir), Ack: 200 + uint32(i), Ordinal: uint32(i / 2)}
					p.Feed(dir, &proto.Segment{At: at, Bytes: []byte("x"), Origin: origin})
					at += 100
				}
				require.Len(t, sink.open, 1)
				origins = append(origins, sink.open[0].Request.Origin)
				began = append(began, sink.open[0].Request.First)
			}
			assert.Equal(t, origins[0], origins[1])
			assert.Equal(t, uint32(100), origins[0].Seq, "what the client sent")
			assert.Equal(t, began[0]+7, began[1], "the client's end begins first")
		})
	}
}
