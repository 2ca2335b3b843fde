package http1

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

var here = proto.Endpoints{
	Client: netip.MustParseAddrPort("10.0.0.1:40000"),
	Server: netip.MustParseAddrPort("10.0.0.2:8080"),
}

// describer is a sink that describes what it gets, for both sides.
type describer struct {
	endpoints proto.Endpoints
	server    []proto.Description
	client    []proto.Description
}

func (*describer) Open(*proto.Exchange)    {}
func (*describer) Streams(*proto.Exchange) {}

func (*describer) Lost(proto.Account, proto.Lost) {}

func (d *describer) Done(x *proto.Exchange) {
	var s, c proto.Description
	x.Semantics.Describe(proto.Server, d.endpoints, &s)
	x.Semantics.Describe(proto.Client, d.endpoints, &c)
	var again proto.Description
	x.Semantics.Describe(proto.Server, d.endpoints, &again)
	if lines(again) != lines(s) {
		panic("a second description differs")
	}
	x.Semantics.Release()
	d.server, d.client = append(d.server, s), append(d.client, c)
}

// describe gives what the only exchange of the bytes is to both sides.
func describe(t *testing.T, c Config, e proto.Endpoints, request, response string, how proto.Ending) (server, client proto.Description) {
	t.Helper()
	sink := &describer{endpoints: e}
	p := New(c).NewParser(6, sink)
	feed(p, proto.ToServer, request)
	feed(p, proto.ToClient, response)
	p.Close(proto.ToServer, 0, proto.FIN)
	p.Close(proto.ToClient, 0, how)
	require.Len(t, sink.server, 1)
	return sink.server[0], sink.client[0]
}

func feed(p proto.Parser, dir proto.Dir, text string) {
	p.Feed(dir, &proto.Segment{Bytes: []byte(strings.ReplaceAll(text, "\n", "\r\n"))})
}

// lines spells a description, one attribute a line, in order.
func lines(d proto.Description) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", d.Name)
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

func TestDescribeInFull(t *testing.T) {
	config := Config{
		Routes:          []string{"/users/{id}"},
		RequestHeaders:  []string{"X-Tenant", "Accept"},
		ResponseHeaders: []string{"Content-Type"},
	}
	server, client := describe(t, config, here,
		"POST /users/7?sig=secret&q=a%20b HTTP/1.1\nHost: shop.test:81\nUser-Agent: curl/8.9\nX-Forwarded-For: 192.0.2.7\n"+
			"accept: text/html\nX-Tenant: blue\nAccept: */*\nContent-Length: 3\n\nabc",
		"HTTP/1.1 500 Oops\nContent-Type: text/plain\nContent-Length: 4\n\nsick", proto.FIN)
	assert.Equal(t, `POST /users/{id} ERROR
http.request.method=POST
url.scheme=http
url.path=/users/7
url.query=sig=REDACTED&q=a%20b
http.route=/users/{id}
network.peer.address=10.0.0.1
network.peer.port=40000
client.address=192.0.2.7
user_agent.original=curl/8.9
server.address=shop.test
server.port=81
network.protocol.version=1.1
http.response.status_code=500
http.request.body.size=3
http.response.body.size=4
error.type=500
http.request.header.accept=["text/html" "*/*"]
http.request.header.x-tenant=["blue"]
http.response.header.content-type=["text/plain"]`, lines(server))
	assert.Equal(t, `POST /users/{id} ERROR
http.request.method=POST
url.full=http://shop.test:81/users/7?sig=REDACTED&q=a%20b
url.template=/users/{id}
network.peer.address=10.0.0.2
network.peer.port=8080
server.address=shop.test
server.port=81
network.protocol.version=1.1
http.response.status_code=500
http.request.body.size=3
http.response.body.size=4
error.type=500
http.request.header.accept=["text/html" "*/*"]
http.request.header.x-tenant=["blue"]
http.response.header.content-type=["text/plain"]`, lines(client))
}

func TestDescribeAtTheLeast(t *testing.T) {
	server, client := describe(t, Config{}, here, "GET /a HTTP/1.0\n\n", "HTTP/1.0 204 No Content\n\n", proto.FIN)
	assert.Equal(t, `GET
http.request.method=GET
url.scheme=http
url.path=/a
network.peer.address=10.0.0.1
network.peer.port=40000
client.address=10.0.0.1
client.port=40000
server.address=10.0.0.2
server.port=8080
network.protocol.version=1.0
http.response.status_code=204
http.request.body.size=0
http.response.body.size=0`, lines(server))
	assert.Equal(t, `GET
http.request.method=GET
url.full=http://10.0.0.2:8080/a
network.peer.address=10.0.0.2
network.peer.port=8080
server.address=10.0.0.2
server.port=8080
network.protocol.version=1.0
http.response.status_code=204
http.request.body.size=0
http.response.body.size=0`, lines(client))
}

func TestDescribeErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		response       string
		how            proto.Ending
		server, client string // error.type
		serverErr      bool
		clientErr      bool
	}{
		"success":        {"HTTP/1.1 200 OK\nContent-Length: 0\n\n", proto.FIN, "", "", false, false},
		"redirect":       {"HTTP/1.1 302 Found\nContent-Length: 0\n\n", proto.FIN, "", "", false, false},
		"client's fault": {"HTTP/1.1 404 Not Found\nContent-Length: 0\n\n", proto.FIN, "", "404", false, true},
		"server's fault": {"HTTP/1.1 503 Sorry\nContent-Length: 0\n\n", proto.FIN, "503", "503", true, true},
		"aborted":        {"HTTP/1.1 200 OK\nContent-Length: 9\n\n1", proto.FIN, "connection_closed", "connection_closed", true, true},
		"reset":          {"HTTP/1.1 500 OK\nContent-Length: 9\n\n1", proto.RST, "connection_reset", "connection_reset", true, true},
		"no answer":      {"", proto.FIN, "connection_closed", "connection_closed", true, true},
		"not observed":   {"", proto.Expired, "response_not_observed", "response_not_observed", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			server, client := describe(t, Config{}, here, "GET /a HTTP/1.1\nHost: a\n\n", tc.response, tc.how)
			for side, s := range map[string]struct {
				d    proto.Description
				word string
				err  bool
			}{"server": {server, tc.server, tc.serverErr}, "client": {client, tc.client, tc.clientErr}} {
				kv, found := s.d.Attrs.Get("error.type")
				assert.Equal(t, s.word, kv.Str, side)
				assert.Equal(t, s.word != "", found, side)
				assert.Equal(t, s.err, s.d.Error, side)
			}
			_, found := server.Attrs.Get("http.response.status_code")
			assert.Equal(t, tc.response != "", found, "no status is invented")
			_, found = server.Attrs.Get("http.response.body.size")
			assert.Equal(t, tc.response != "", found, "nor a size")
		})
	}
}

func TestDescribeNamesAndAddresses(t *testing.T) {
	v6 := proto.Endpoints{
		Client: netip.MustParseAddrPort("[2001:db8::1]:40000"),
		Server: netip.MustParseAddrPort("[2001:db8::2]:8080"),
	}
	mapped := proto.Endpoints{
		Client: netip.MustParseAddrPort("[::ffff:10.0.0.1]:40000"),
		Server: netip.MustParseAddrPort("[::ffff:10.0.0.2]:80"),
	}
	type want map[string]string // of the server's span, with "client:" before the key of the client's
	for name, tc := range map[string]struct {
		endpoints proto.Endpoints
		request   string
		want      want
	}{
		"host with port": {here, "GET /a HTTP/1.1\nHost: shop.test:81\n\n",
			want{"server.address": "shop.test", "server.port": "81", "client:url.full": "http://shop.test:81/a"}},
		"host without port": {here, "GET /a HTTP/1.1\nHost: shop.test\n\n",
			want{"server.address": "shop.test", "server.port": "8080", "client:url.full": "http://shop.test/a"}},
		"host is an IPv6 address": {v6, "GET /a HTTP/1.1\nHost: [2001:db8::9]:81\n\n",
			want{"server.address": "2001:db8::9", "server.port": "81", "client:url.full": "http://[2001:db8::9]:81/a"}},
		"host with a port that is none": {here, "GET /a HTTP/1.1\nHost: shop.test:http\n\n",
			want{"server.address": "shop.test", "server.port": "8080"}},
		"no host, IPv6": {v6, "GET /a HTTP/1.0\n\n",
			want{"server.address": "2001:db8::2", "client:url.full": "http://[2001:db8::2]:8080/a", "client:network.peer.address": "2001:db8::2",
				"client.address": "2001:db8::1", "client.port": "40000"}},
		"no host, IPv4 in IPv6, port 80": {mapped, "GET /a HTTP/1.0\n\n",
			want{"server.address": "10.0.0.2", "client:url.full": "http://10.0.0.2/a", "network.peer.address": "10.0.0.1"}},
		"absolute form": {here, "GET http://user:secret@origin.test:82/a?sig=x&b HTTP/1.1\nHost: other.test\n\n",
			want{"server.address": "origin.test", "server.port": "82", "url.path": "/a", "url.query": "sig=REDACTED&b",
				"client:url.full": "http://REDACTED:REDACTED@origin.test:82/a?sig=REDACTED&b"}},
		"absolute form without path": {here, "GET HTTPS://origin.test?q HTTP/1.1\n\n",
			want{"url.path": "/", "url.query": "q", "client:url.full": "https://origin.test/?q"}},
		"credentials without password": {here, "GET http://user@origin.test/ HTTP/1.1\n\n",
			want{"server.address": "origin.test", "client:url.full": "http://REDACTED:REDACTED@origin.test/"}},
		"asterisk form": {here, "OPTIONS * HTTP/1.1\nHost: shop.test\n\n",
			want{"url.path": "*", "client:url.full": "http://shop.test", "name": "OPTIONS"}},
		"authority form": {here, "CONNECT db.test:5432 HTTP/1.1\nHost: proxy.test\n\n",
			want{"url.path": "", "client:url.full": "", "server.address": "db.test", "server.port": "5432"}},
		"CONNECT of a path": {here, "CONNECT / HTTP/1.1\nHost: proxy.test\n\n",
			want{"url.path": "", "client:url.full": "", "server.address": "proxy.test", "server.port": "8080"}},
		"a URL in the query": {here, "GET /go?to=http://x.test/ HTTP/1.1\nHost: shop.test\n\n",
			want{"url.path": "/go", "url.query": "to=http://x.test/", "client:url.full": "http://shop.test/go?to=http://x.test/"}},
		"empty query": {here, "GET /a? HTTP/1.1\nHost: shop.test\n\n",
			want{"url.path": "/a", "url.query": "", "client:url.full": "http://shop.test/a?"}},
		"fragment": {here, "GET /a?b#c HTTP/1.1\nHost: shop.test\n\n",
			want{"url.path": "/a", "url.query": "b"}},
		"unknown method": {here, "BREW /a HTTP/1.1\nHost: shop.test\n\n",
			want{"name": "HTTP", "http.request.method": "_OTHER", "http.request.method_original": "BREW"}},
		"forwarded": {here, "GET / HTTP/1.1\nForwarded: for=192.0.2.5\nX-Forwarded-For: 192.0.2.6\n\n",
			want{"client.address": "192.0.2.5", "client.port": "", "network.peer.address": "10.0.0.1"}},
		"forwarded by a proxy that hides": {here, "GET / HTTP/1.1\nForwarded: for=unknown\n\n",
			want{"client.address": "10.0.0.1", "client.port": "40000"}},
		"no sockets known": {proto.Endpoints{}, "GET /a HTTP/1.0\n\n",
			want{"server.address": "", "client.address": "", "network.peer.address": "", "client:url.full": ""}},
		"two queries of a shared key": {here, "GET /?X-Amz-Signature=a&x-amz-signature=b&sig&sig= HTTP/1.1\n\n",
			want{"url.query": "X-Amz-Signature=REDACTED&x-amz-signature=b&sig&sig=REDACTED"}},
	} {
		t.Run(name, func(t *testing.T) {
			server, client := describe(t, Config{}, tc.endpoints, tc.request, "HTTP/1.1 200 OK\nContent-Length: 0\n\n", proto.FIN)
			for key, value := range tc.want {
				d := server
				key, ofClient := strings.CutPrefix(key, "client:")
				if ofClient {
					d = client
				}
				if key == "name" {
					assert.Equal(t, value, d.Name)
					continue
				}
				assert.Equal(t, value, spell(d.Attrs, key), key)
			}
			for _, d := range []proto.Description{server, client} {
				seen := map[string]bool{}
				for _, kv := range d.Attrs {
					assert.False(t, seen[kv.Key], "%s is there twice", kv.Key)
					seen[kv.Key] = true
				}
			}
		})
	}
}

func spell(l attr.List, key string) string {
	kv, found := l.Get(key)
	switch {
	case !found:
		return ""
	case kv.Kind == attr.Int:
		return fmt.Sprint(kv.Num)
	}
	return kv.Str
}

func TestDescribeStreamsAndTruncation(t *testing.T) {
	for kind, tc := range map[string]struct{ request, response string }{
		"websocket":    {"GET /ws HTTP/1.1\nUpgrade: websocket\n\n", "HTTP/1.1 101 Switching Protocols\n\n\x88\x00"},
		"upgrade":      {"GET /ws HTTP/1.1\nUpgrade: tcp\n\n", "HTTP/1.1 101 Switching Protocols\n\n"},
		"connect":      {"CONNECT a.test:1 HTTP/1.1\n\n", "HTTP/1.1 200 OK\n\n"},
		"chunked":      {"GET /e HTTP/1.1\n\n", "HTTP/1.1 200 OK\nContent-Type: application/x-ndjson\n\n{}"},
		"long_poll":    {"GET /e HTTP/1.1\nPrefer: wait=5\n\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"},
		"event_stream": {"GET /e HTTP/1.1\n\n", "HTTP/1.1 200 OK\nContent-Type: text/event-stream\nContent-Length: 0\n\n"},
	} {
		server, client := describe(t, Config{}, here, tc.request, tc.response, proto.FIN)
		for _, d := range []proto.Description{server, client} {
			kv, _ := d.Attrs.Get("beyla.stream")
			assert.Equal(t, attr.KV{Key: "beyla.stream", Kind: attr.Bool, Num: 1}, kv)
			assert.Equal(t, kind, spell(d.Attrs, "beyla.stream.kind"))
			kv, found := d.Attrs.Get("beyla.stream.first_byte")
			assert.True(t, found)
			assert.Equal(t, attr.Int, kv.Kind)
			assert.False(t, d.Error)
		}
	}
	server, _ := describe(t, Config{MaxHead: 40}, here, "GET /a HTTP/1.1\nHost: shop.test\nX: "+strings.Repeat("x", 50)+"\n\n", "HTTP/1.1 200 OK\n\n", proto.FIN)
	kv, _ := server.Attrs.Get("beyla.head.truncated")
	assert.Equal(t, attr.KV{Key: "beyla.head.truncated", Kind: attr.Bool, Num: 1}, kv)
	assert.Equal(t, "shop.test", spell(server.Attrs, "server.address"), "what was read stands")
	_, found := server.Attrs.Get("http.request.body.size")
	assert.False(t, found)
}
