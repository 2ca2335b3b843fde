package http2

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// describer is a sink that describes what it gets, for both sides.
type describer struct {
	t              testing.TB
	server, client []proto.Description
}

func (*describer) Open(*proto.Exchange)           {}
func (*describer) Streams(*proto.Exchange)        {}
func (*describer) Lost(proto.Account, proto.Lost) {}

func (d *describer) Done(x *proto.Exchange) {
	var s, c, again proto.Description
	x.Semantics.Describe(proto.Server, here, &s)
	x.Semantics.Describe(proto.Client, here, &c)
	x.Semantics.Describe(proto.Server, here, &again)
	require.Equal(d.t, lines(s), lines(again), "a second description differs")
	for _, one := range []proto.Description{s, c} {
		key, twice := one.Attrs.Duplicate()
		require.False(d.t, twice, key)
	}
	require.True(d.t, x.Concurrent)
	x.Semantics.Release()
	d.server, d.client = append(d.server, s), append(d.client, c)
}

// lines spells a description, one attribute a line, in order.
func lines(d proto.Description) string {
	var b strings.Builder
	b.WriteString(d.Name)
	if d.Error {
		b.WriteString(" ERROR")
	}
	for _, kv := range d.Attrs {
		fmt.Fprintf(&b, "\n%s=", kv.Key)
		switch kv.Kind {
		case attr.Int:
			fmt.Fprint(&b, kv.Num)
		case attr.Bool:
			fmt.Fprint(&b, kv.Num == 1)
		case attr.Strings:
			fmt.Fprintf(&b, "%q", kv.List())
		default:
			b.WriteString(kv.Str)
		}
	}
	return b.String()
}

// described plays what stands between the lines "> " and "< ", each a packet of its own, and
// gives the descriptions. "fresh" is a new connection.
func described(t testing.TB, config Config, fresh bool, packets ...string) *describer {
	t.Helper()
	d := &describer{t: t}
	w := newWire(t, config, d)
	if fresh {
		w.begin()
	}
	for _, p := range packets {
		dir := proto.ToServer
		if p[0] == '<' {
			dir = proto.ToClient
		}
		w.say(dir, "%s", p[1:])
	}
	w.p.Close(proto.ToServer, 0, proto.FIN)
	w.p.Close(proto.ToClient, 0, proto.FIN)
	return d
}

func TestDescribeInFull(t *testing.T) {
	config := Config{Words: httpwords.Config{
		Routes: []string{"/users/{id}"}, RequestHeaders: []string{"X-Tenant", "Accept"}, ResponseHeaders: []string{"Content-Type"},
	}}
	d := described(t, config, true,
		`> headers 1 :method=PUT :scheme=http :path=/users/7?q=a&sig=secret :authority=shop.test:8443 user-agent=curl/8 x-forwarded-for=198.51.100.4,+10.0.0.1 x-tenant=a accept=a accept=b
		data 1 end "{}"`,
		`< headers 1 :status=200 content-type=text/plain
		data 1 end "ok\n"`)
	assert.Equal(t, `PUT /users/{id}
http.request.method=PUT
url.scheme=http
url.path=/users/7
url.query=q=a&sig=REDACTED
http.route=/users/{id}
network.peer.address=192.0.2.7
network.peer.port=40000
client.address=198.51.100.4
user_agent.original=curl/8
server.address=shop.test
server.port=8443
network.protocol.version=2
http.response.status_code=200
http.request.body.size=2
http.response.body.size=3
http.request.header.x-tenant=["a"]
http.request.header.accept=["a" "b"]
http.response.header.content-type=["text/plain"]`, lines(d.server[0]))
	assert.Equal(t, `PUT /users/{id}
http.request.method=PUT
url.full=http://shop.test:8443/users/7?q=a&sig=REDACTED
url.template=/users/{id}
network.peer.address=192.0.2.1
network.peer.port=8080
server.address=shop.test
server.port=8443
network.protocol.version=2
http.response.status_code=200
http.request.body.size=2
http.response.body.size=3
http.request.header.x-tenant=["a"]
http.request.header.accept=["a" "b"]
http.response.header.content-type=["text/plain"]`, lines(d.client[0]))
}

// TestDescribeSome looks at the attributes that matter; "-" stands for none.
func TestDescribeSome(t *testing.T) {
	const get = "> headers 1 end :method=GET :scheme=http :path=/x :authority=a.test"
	for name, tc := range map[string]struct {
		packets        []string
		old            bool // the connection's beginning was not seen
		server, client map[string]string
	}{
		"not found": {
			packets: []string{get, "< headers 1 end :status=404"},
			server:  map[string]string{"name": "GET", "error.type": "-", "status": "-"},
			client:  map[string]string{"error.type": "404", "status": "ERROR"},
		},
		"server's failure": {
			packets: []string{get, "< headers 1 end :status=503"},
			server:  map[string]string{"error.type": "503", "status": "ERROR"},
			client:  map[string]string{"error.type": "503", "status": "ERROR"},
		},
		"cancelled by the client": {
			packets: []string{get, "> rst 1 8"},
			server:  map[string]string{"error.type": "http2_cancel", "status": "-", "http.response.status_code": "-"},
			client:  map[string]string{"error.type": "http2_cancel", "status": "ERROR"},
		},
		"cancelled by the server": {
			packets: []string{get, "< rst 1 8"},
			server:  map[string]string{"error.type": "http2_cancel", "status": "ERROR"},
			client:  map[string]string{"error.type": "http2_cancel", "status": "ERROR"},
		},
		"a code of somebody's own": {
			packets: []string{get, "< rst 1 77"},
			server:  map[string]string{"error.type": "http2_unknown_error", "status": "ERROR"},
		},
		"an event stream, cancelled": {
			packets: []string{get, "< headers 1 :status=200 content-type=text/event-stream\ndata 1 \"data: 1\"", "> rst 1 8"},
			server:  map[string]string{"beyla.stream.kind": "event_stream", "beyla.stream": "true", "error.type": "http2_cancel", "status": "-"},
			client:  map[string]string{"error.type": "http2_cancel", "status": "-", "beyla.stream.first_byte": "1"},
		},
		"the connection closed": {
			packets: []string{get},
			server:  map[string]string{"error.type": "connection_closed", "status": "ERROR"},
		},
		"unknown method": {
			packets: []string{"> headers 1 end :method=BREW :scheme=http :path=/x :authority=a.test", "< headers 1 end :status=200"},
			server:  map[string]string{"name": "HTTP", "http.request.method": "_OTHER", "http.request.method_original": "BREW"},
		},
		"host instead of authority": {
			packets: []string{"> headers 1 end :method=GET :scheme=https :path=/x host=h.test:99", "< headers 1 end :status=200"},
			server:  map[string]string{"server.address": "h.test", "server.port": "99", "url.scheme": "https"},
			client:  map[string]string{"url.full": "https://h.test:99/x"},
		},
		"neither": {
			packets: []string{"> headers 1 end :method=GET :scheme=http :path=/x", "< headers 1 end :status=200"},
			server:  map[string]string{"server.address": "192.0.2.1", "server.port": "8080"},
			client:  map[string]string{"url.full": "http://192.0.2.1:8080/x"},
		},
		"options of the server": {
			packets: []string{"> headers 1 end :method=OPTIONS :scheme=http :path=* :authority=a.test", "< headers 1 end :status=200"},
			server:  map[string]string{"url.path": "*"},
			client:  map[string]string{"url.full": "http://a.test"},
		},
		"connect": {
			packets: []string{
				"> headers 1 :method=CONNECT :authority=db.test:5432", "< headers 1 :status=200", `> data 1 "question"`,
				`< data 1 end "answer"`, "> data 1 end",
			},
			server: map[string]string{
				"name": "CONNECT", "server.address": "db.test", "server.port": "5432", "url.path": "-", "url.scheme": "http",
				"beyla.stream.kind": "connect", "beyla.bytes.sent": "6", "beyla.bytes.received": "8", "http.request.body.size": "0", "status": "-",
			},
			client: map[string]string{"url.full": "-", "beyla.bytes.sent": "8", "beyla.bytes.received": "6"},
		},
		"websocket": {
			packets: []string{
				"> headers 1 :method=CONNECT :protocol=websocket :scheme=http :path=/chat :authority=a.test", "< headers 1 :status=200",
				`> data 1 "\x81\x80abcd\x81\x80abcd"`, `< data 1 "\x81\x02hi\x88\x02\x03\xf3"`, "> rst 1 8",
			},
			server: map[string]string{
				"name": "CONNECT", "url.path": "/chat", "beyla.stream.kind": "websocket", "beyla.stream.messages.sent": "1",
				"beyla.stream.messages.received": "2", "error.type": "websocket_close_1011", "status": "ERROR",
			},
			client: map[string]string{"url.full": "http://a.test/chat", "beyla.stream.messages.sent": "2", "error.type": "websocket_close_1011"},
		},
		"websocket refused": {
			packets: []string{
				"> headers 1 :method=CONNECT :protocol=websocket :scheme=http :path=/chat :authority=a.test", "< headers 1 end :status=403",
			},
			server: map[string]string{"beyla.stream": "-", "beyla.stream.messages.sent": "-", "http.response.status_code": "403"},
			client: map[string]string{"error.type": "403"},
		},
		"fields indexed in what was not seen": {
			old: true,
			packets: []string{
				"> raw 000007 01 05 0000002f 83 86 c4 c5 c6 c7 c8", "< raw 000002 01 04 0000002f d0d1", `< data 47 end "body"`,
			},
			server: map[string]string{
				"name": "POST", "url.path": "-", "url.scheme": "http", "http.response.status_code": "-", "beyla.headers.unknown": "true",
				"http.response.body.size": "4", "error.type": "-", "status": "-",
			},
			client: map[string]string{"url.full": "-", "beyla.headers.unknown": "true"},
		},
		"method and scheme not seen": {
			old:     true,
			packets: []string{"> raw 000003 01 05 0000002f c3 84 c4", "< headers 47 end :status=200"},
			server: map[string]string{
				"name": "HTTP", "http.request.method": "-", "url.scheme": "-", "url.path": "/", "beyla.headers.unknown": "true",
				"http.request.body.size": "-", "http.response.status_code": "200",
			},
			client: map[string]string{"url.full": "-"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := described(t, Config{}, !tc.old, tc.packets...)
			require.Len(t, d.server, 1)
			for side, want := range []map[string]string{tc.server, tc.client} {
				got := []proto.Description{d.server[0], d.client[0]}[side]
				for key, value := range want {
					assert.Equal(t, value, look(&got, key), "%s of side %d in\n%s", key, side, lines(got))
				}
			}
		})
	}
}

// look finds what a description says; "name" and "status" are the span's own.
func look(d *proto.Description, key string) string {
	switch {
	case key == "name":
		return d.Name
	case key == "status" && d.Error:
		return "ERROR"
	}
	for _, line := range strings.Split(lines(*d), "\n")[1:] {
		if k, value, _ := strings.Cut(line, "="); k == key {
			return value
		}
	}
	return "-"
}
