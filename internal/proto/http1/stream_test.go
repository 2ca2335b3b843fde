package http1

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

const (
	toWebSockets   = "GET /chat HTTP/1.1\nUpgrade: websocket\n\n"
	areWebSockets  = "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n\n"
	fromClient     = "\x81\x82\x00\x00\x00\x00hi"
	closedByClient = "\x88\x82\x00\x00\x00\x00"
)

func TestDescribeAWebSocket(t *testing.T) {
	server, client := describe(t, Config{}, here, "GET /chat HTTP/1.1\nHost: shop.test\nUpgrade: websocket\n\n",
		areWebSockets+"\x81\x02hi\x82\x00\x88\x02\x03\xe9", proto.FIN)
	assert.Equal(t, `GET
http.request.method=GET
url.scheme=http
url.path=/chat
network.peer.address=10.0.0.1
network.peer.port=40000
client.address=10.0.0.1
client.port=40000
server.address=shop.test
server.port=8080
network.protocol.version=1.1
http.response.status_code=101
http.request.body.size=0
http.response.body.size=0
beyla.stream=true
beyla.stream.kind=websocket
beyla.stream.first_byte=0
beyla.stream.messages.sent=2
beyla.stream.messages.received=0
beyla.websocket.close_code=1001`, lines(server))
	assert.Equal(t, `GET
http.request.method=GET
url.full=http://shop.test/chat
network.peer.address=10.0.0.2
network.peer.port=8080
server.address=shop.test
server.port=8080
network.protocol.version=1.1
http.response.status_code=101
http.request.body.size=0
http.response.body.size=0
beyla.stream=true
beyla.stream.kind=websocket
beyla.stream.first_byte=0
beyla.stream.messages.sent=0
beyla.stream.messages.received=2
beyla.websocket.close_code=1001`, lines(client))
}

func TestCloseCodesThatAreErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		client, server     string // what follows the handshake
		how                proto.Ending
		onServer, onClient string // error.type
	}{
		"done":                       {"", "\x88\x02\x03\xe8", proto.FIN, "", ""},
		"no code":                    {"", "\x88\x00", proto.FIN, "", ""},
		"the application's code":     {"", "\x88\x02\x11\x31", proto.FIN, "", ""},
		"server failed":              {"", "\x88\x02\x03\xf3", proto.FIN, "websocket_close_1011", "websocket_close_1011"},
		"server refused":             {"", "\x88\x02\x03\xf1", proto.FIN, "", "websocket_close_1009"},
		"client failed":              {closedByClient + "\x03\xf3", "", proto.FIN, "", "websocket_close_1011"},
		"client refused":             {closedByClient + "\x03\xef", "", proto.FIN, "websocket_close_1007", "websocket_close_1007"},
		"the first code counts":      {closedByClient + "\x03\xe8", "\x88\x02\x03\xf3", proto.FIN, "", ""},
		"reset after the code":       {closedByClient + "\x03\xe8", "", proto.RST, "", ""},
		"reset":                      {fromClient, "", proto.RST, "connection_reset", "connection_reset"},
		"torn":                       {fromClient, "", proto.FIN, "connection_closed", "connection_closed"},
		"still open, as far we know": {fromClient, "", proto.Idle, "response_not_observed", "response_not_observed"},
	} {
		t.Run(name, func(t *testing.T) {
			sink := &describer{endpoints: here}
			p := New(Config{}).NewParser(event.TCP, sink)
			feed(p, proto.ToServer, toWebSockets)
			feed(p, proto.ToClient, areWebSockets)
			feed(p, proto.ToServer, tc.client)
			feed(p, proto.ToClient, tc.server)
			p.Close(proto.ToServer, 0, tc.how)
			p.Close(proto.ToClient, 0, tc.how)
			if assert.Len(t, sink.server, 1) {
				assert.Equal(t, tc.onServer, spell(sink.server[0].Attrs, "error.type"))
				assert.Equal(t, tc.onClient, spell(sink.client[0].Attrs, "error.type"))
				assert.Equal(t, tc.onServer != "" && tc.how != proto.Idle, sink.server[0].Error)
				assert.Equal(t, tc.onClient != "" && tc.how != proto.Idle, sink.client[0].Error)
			}
		})
	}
}

func TestDescribeATunnel(t *testing.T) {
	sink := &describer{endpoints: here}
	p := New(Config{}).NewParser(event.TCP, sink)
	feed(p, proto.ToServer, "CONNECT db.test:5432 HTTP/1.1\nHost: db.test:5432\n\n")
	feed(p, proto.ToClient, "HTTP/1.1 200 OK\n\nhello")
	p.Gap(proto.ToServer, 5, 1<<40)
	p.Close(proto.ToServer, 5, proto.FIN)
	assert.Empty(t, sink.server, "the other half of the tunnel is open")
	feed(p, proto.ToClient, " there")
	p.Close(proto.ToClient, 9, proto.FIN)
	if assert.Len(t, sink.client, 1) {
		assert.Equal(t, "1099511627776", spell(sink.client[0].Attrs, "beyla.bytes.sent"))
		assert.Equal(t, "11", spell(sink.client[0].Attrs, "beyla.bytes.received"))
		assert.Equal(t, "11", spell(sink.server[0].Attrs, "beyla.bytes.sent"))
		assert.Empty(t, spell(sink.server[0].Attrs, "beyla.stream.messages.sent"))
		assert.False(t, sink.server[0].Error)
	}
	assert.Equal(t, proto.Nothing, p.Wants(proto.ToServer))
}

// watcher is a sink that looks at a stream while it is open, and empties its accounts, as the pipeline does.
type watcher struct {
	counter
	stream *proto.Exchange
	claims int
}

func (w *watcher) Streams(x *proto.Exchange) { w.stream = x }

func (w *watcher) Claim() { w.claims++ }

// received is what the server has received so far, as the open stream tells.
func (w *watcher) received() string {
	var d proto.Description
	w.stream.Semantics.Describe(proto.Server, here, &d)
	return spell(d.Attrs, "beyla.stream.messages.received")
}

func (w *watcher) empty() {
	for _, m := range []*proto.Message{&w.stream.Request, &w.stream.Response} {
		clear(m.Accounts)
		m.Accounts = m.Accounts[:0]
	}
}

func TestAStreamIsTrueWhileItIsOpen(t *testing.T) {
	sink := &watcher{}
	p := New(Config{}).NewParser(event.TCP, sink)
	feed(p, proto.ToServer, toWebSockets)
	feed(p, proto.ToClient, areWebSockets)
	if !assert.NotNil(t, sink.stream) {
		return
	}
	assert.Equal(t, "0", sink.received())
	seg := &proto.Segment{At: 7, Bytes: []byte(fromClient), Message: sink}
	p.Feed(proto.ToServer, seg)
	assert.Equal(t, "1", sink.received())
	assert.EqualValues(t, 7, sink.stream.Request.Last)
	assert.Len(t, sink.stream.Request.Accounts, 1)
	p.Feed(proto.ToServer, seg)
	assert.Len(t, sink.stream.Request.Accounts, 1, "once per message")
	sink.empty()
	p.Feed(proto.ToServer, seg)
	assert.Len(t, sink.stream.Request.Accounts, 1, "which goes on")
	assert.Equal(t, 2, sink.claims)
	p.Gap(proto.ToClient, 11, 100)
	assert.EqualValues(t, 11, sink.stream.Response.Last)
	assert.Equal(t, "3", sink.received(), "the other direction's loss is no matter")
	assert.Zero(t, sink.done)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		p.Feed(proto.ToServer, seg)
		sink.empty()
	}), "a stream of days is not kept")
}

// TestSizes keeps what a connection and an exchange take where it was before they could be streams.
func TestSizes(t *testing.T) {
	assert.LessOrEqual(t, reflect.TypeFor[parser]().Size(), uintptr(384))
	assert.LessOrEqual(t, reflect.TypeFor[exchange]().Size(), uintptr(544))
}

func TestManyPieces(t *testing.T) {
	sink := &watcher{}
	p := New(Config{}).NewParser(event.TCP, sink)
	feed(p, proto.ToServer, toWebSockets)
	feed(p, proto.ToClient, areWebSockets)
	for _, c := range []byte(strings.Repeat(fromClient, 1000)) {
		p.Feed(proto.ToServer, &proto.Segment{Bytes: []byte{c}})
	}
	assert.Equal(t, "1000", sink.received())
}
