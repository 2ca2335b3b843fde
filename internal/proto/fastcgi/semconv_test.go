package fastcgi

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

var here = proto.Endpoints{
	Client: netip.MustParseAddrPort("10.0.0.1:40000"),
	Server: netip.MustParseAddrPort("10.0.0.2:9000"),
}

// describer is a sink that describes what it gets, for both sides.
type describer struct {
	t              *testing.T
	endpoints      proto.Endpoints
	server, client []proto.Description
}

func (*describer) Open(*proto.Exchange)    {}
func (*describer) Streams(*proto.Exchange) {}

func (*describer) Lost(proto.Account, proto.Lost) {}

func (d *describer) Done(x *proto.Exchange) {
	var s, c, again proto.Description
	x.Semantics.Describe(proto.Server, d.endpoints, &s)
	x.Semantics.Describe(proto.Client, d.endpoints, &c)
	x.Semantics.Describe(proto.Server, d.endpoints, &again)
	assert.Equal(d.t, lines(s), lines(again), "a second description")
	for _, got := range []proto.Description{s, c} {
		key, twice := got.Attrs.Duplicate()
		assert.False(d.t, twice, key)
	}
	x.Semantics.Release()
	d.server, d.client = append(d.server, s), append(d.client, c)
}

// describe gives what the only exchange of the scripts is to both sides.
func describe(t *testing.T, e proto.Endpoints, request, response string, how proto.Ending) (server, client proto.Description) {
	t.Helper()
	sink := &describer{t: t, endpoints: e}
	p := New(Config{Words: httpwords.Config{
		RedactQuery: []string{"sig", "key"}, Routes: []string{"/items/{id}"},
		RequestHeaders: []string{"X-Tenant", "Content-Type"}, ResponseHeaders: []string{"X-Cache"},
	}}).NewParser(6, sink)
	for dir, script := range []string{request, response} {
		b, err := compile(script)
		require.NoError(t, err)
		p.Feed(proto.Dir(dir), &proto.Segment{Bytes: b})
	}
	p.Close(proto.ToServer, 0, proto.FIN)
	p.Close(proto.ToClient, 0, how)
	require.Len(t, sink.server, 1)
	return sink.server[0], sink.client[0]
}

// get is a request with these parameters.
func get(params string) string {
	return "begin 1 1 0\nparams 1 REQUEST_METHOD=GET " + params + "\nparams 1\nstdin 1\n"
}

const fine = `stdout 1 "Content-type: text/html\r\n\r\nhello"` + "\nend 1 0 0"

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
		case attr.Strings:
			b.WriteString(strings.Join(kv.List(), "|"))
		case attr.Bool:
			fmt.Fprint(&b, kv.Num == 1)
		default:
			b.WriteString(kv.Str)
		}
	}
	return b.String()
}

func TestDescribeInFull(t *testing.T) {
	server, client := describe(t, here, "begin 1 1 0\n"+
		"params 1 SCRIPT_FILENAME=/srv/index.php QUERY_STRING=sig=x REQUEST_METHOD=POST SCRIPT_NAME=/index.php REQUEST_URI=/items/7?sig=secret&q=a%20b "+
		"REQUEST_SCHEME=https HTTPS=on REMOTE_ADDR=192.0.2.7 REMOTE_PORT=4711 SERVER_PORT=8443 SERVER_NAME=_ HTTP_HOST=shop.test HTTP_USER_AGENT=curl/8.9 "+
		"HTTP_X_TENANT=acme HTTP_X_TENANT=umbrella CONTENT_TYPE=text/csv HTTP_CONTENT_TYPE=text/csv\n"+
		"params 1\nstdin 1 \"abc\"\nstdin 1",
		`stdout 1 "Status: 500 Internal Server Error\r\nContent-type: text/event-stream\r\nx-cache : miss\r\n\r\nsick"`+"\nend 1 255 0", proto.FIN)
	assert.Equal(t, `POST /items/{id} ERROR
http.request.method=POST
url.scheme=https
url.path=/items/7
url.query=sig=REDACTED&q=a%20b
http.route=/items/{id}
network.peer.address=10.0.0.1
network.peer.port=40000
client.address=192.0.2.7
client.port=4711
user_agent.original=curl/8.9
server.address=shop.test
server.port=8443
network.protocol.name=fastcgi
http.response.status_code=500
http.request.body.size=3
http.response.body.size=4
error.type=500
beyla.stream=true
beyla.stream.kind=event_stream
beyla.stream.first_byte=0
http.request.header.x-tenant=acme|umbrella
http.request.header.content-type=text/csv
http.response.header.x-cache=miss
code.file.path=/srv/index.php
beyla.fastcgi.app_status=255`, lines(server))
	assert.Equal(t, `POST /items/{id} ERROR
http.request.method=POST
url.full=https://shop.test/items/7?sig=REDACTED&q=a%20b
url.template=/items/{id}
network.peer.address=10.0.0.2
network.peer.port=9000
server.address=shop.test
server.port=8443
network.protocol.name=fastcgi
http.response.status_code=500
http.request.body.size=3
http.response.body.size=4
error.type=500
beyla.stream=true
beyla.stream.kind=event_stream
beyla.stream.first_byte=0
http.request.header.x-tenant=acme|umbrella
http.request.header.content-type=text/csv
http.response.header.x-cache=miss
beyla.fastcgi.app_status=255`, lines(client))
}

func TestDescribeAtTheLeast(t *testing.T) {
	server, client := describe(t, here, "begin 1 2 0\nparams 1", `stdout 1 "\n"`+"\nend 1 0 0", proto.FIN)
	assert.Equal(t, `HTTP
url.scheme=http
network.peer.address=10.0.0.1
network.peer.port=40000
client.address=10.0.0.1
client.port=40000
server.address=10.0.0.2
server.port=9000
network.protocol.name=fastcgi
http.response.status_code=200
http.request.body.size=0
http.response.body.size=0
beyla.fastcgi.role=authorizer`, lines(server))
	assert.Equal(t, `HTTP
network.peer.address=10.0.0.2
network.peer.port=9000
server.address=10.0.0.2
server.port=9000
network.protocol.name=fastcgi
http.response.status_code=200
http.request.body.size=0
http.response.body.size=0
beyla.fastcgi.role=authorizer`, lines(client))
}

func TestDescribeErrors(t *testing.T) {
	status := func(s string) string { return fmt.Sprintf("stdout 1 \"Status: %s\\r\\n\\r\\n\"\nend 1 0 0", s) }
	for name, tc := range map[string]struct {
		response             string
		how                  proto.Ending
		server, client       string // error.type
		serverErr, clientErr bool
		status               int64
	}{
		"success":           {fine, proto.FIN, "", "", false, false, 200},
		"client's fault":    {status("404 Not Found"), proto.FIN, "", "404", false, true, 404},
		"server's fault":    {status("503"), proto.FIN, "503", "503", true, true, 503},
		"no number":         {status("fine"), proto.FIN, "", "", false, false, 200},
		"too long a number": {status("2000"), proto.FIN, "", "", false, false, 200},
		"too low":           {status("099"), proto.FIN, "", "", false, false, 200},
		"NPH":               {`stdout 1 "HTTP/1.0 418 I'm a teapot\r\n\r\n"` + "\nend 1 0 0", proto.FIN, "", "418", false, true, 418},
		"overloaded":        {"end 1 0 2", proto.FIN, "overloaded", "overloaded", true, true, 0},
		"nothing":           {"end 1 0 0", proto.FIN, "no_response", "no_response", true, true, 0},
		"head without end":  {`stdout 1 "Content-type: text/html\r\n"` + "\nend 1 0 0", proto.FIN, "", "", false, false, 0},
		"closed":            {`stdout 1 "Status: 200\r\n\r\nxx"`, proto.FIN, "connection_closed", "connection_closed", true, true, 200},
		"reset":             {"", proto.RST, "connection_reset", "connection_reset", true, true, 0},
		"not observed":      {"", proto.Expired, "response_not_observed", "response_not_observed", false, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			server, client := describe(t, here, get("REQUEST_URI=/a"), tc.response, tc.how)
			for side, s := range map[string]struct {
				d    proto.Description
				word string
				err  bool
			}{"server": {server, tc.server, tc.serverErr}, "client": {client, tc.client, tc.clientErr}} {
				kv, found := s.d.Attrs.Get("error.type")
				assert.Equal(t, s.word, kv.Str, side)
				assert.Equal(t, s.word != "", found, side)
				assert.Equal(t, s.err, s.d.Error, side)
				kv, found = s.d.Attrs.Get("http.response.status_code")
				assert.Equal(t, tc.status, kv.Num, side)
				assert.Equal(t, tc.status != 0, found, "no status is invented")
			}
		})
	}
}

func TestDescribePlaces(t *testing.T) {
	type want map[string]string // of the server's span, with "client:" before the key of the client's; "-": absent
	for name, tc := range map[string]struct {
		params string
		want   want
	}{
		"host with port":        {"HTTP_HOST=shop.test:81 SERVER_PORT=80 REQUEST_URI=/a", want{"server.address": "shop.test", "server.port": "81", "client:url.full": "http://shop.test:81/a"}},
		"host without any port": {"HTTP_HOST=shop.test", want{"server.address": "shop.test", "server.port": "-", "client:url.full": "http://shop.test"}},
		"an IPv6 address":       {"HTTP_HOST=[2001:db8::9]:81 REQUEST_URI=/a", want{"server.address": "2001:db8::9", "server.port": "81", "client:url.full": "http://[2001:db8::9]:81/a"}},
		"a port that is none":   {"HTTP_HOST=shop.test:99999 REQUEST_URI=/a", want{"server.address": "shop.test", "server.port": "-"}},
		"server's name":         {"SERVER_NAME=shop.test SERVER_PORT=8080 REQUEST_URI=/a", want{"server.address": "shop.test", "server.port": "8080", "client:url.full": "http://shop.test:8080/a"}},
		"server's default port": {"SERVER_NAME=shop.test SERVER_PORT=443 HTTPS=1 REQUEST_URI=/a", want{"server.port": "443", "client:url.full": "https://shop.test/a"}},
		"no name at all":        {"SERVER_NAME=_ SERVER_PORT=80 REQUEST_URI=/a", want{"server.address": "10.0.0.2", "server.port": "9000", "client:url.full": "-"}},
		"HTTPS off":             {"HTTPS=off", want{"url.scheme": "http"}},
		"HTTPS empty":           {"HTTPS=", want{"url.scheme": "http"}},
		"scheme in capitals":    {"REQUEST_SCHEME=HTTPS", want{"url.scheme": "https"}},
		"script and path info":  {"SCRIPT_NAME=/a.php PATH_INFO=/b QUERY_STRING=key=1&c=2", want{"url.path": "/a.php/b", "url.query": "key=REDACTED&c=2"}},
		"fragment":              {"REQUEST_URI=/a?b#c", want{"url.path": "/a", "url.query": "b"}},
		"absolute form":         {"REQUEST_URI=http://ann:secret@shop.test/a?b", want{"url.path": "/a", "url.query": "b"}},
		"absolute form, bare":   {"REQUEST_URI=http://shop.test", want{"url.path": "/", "url.query": "-"}},
		"a URL in the query":    {"REQUEST_URI=/a?u=http://b", want{"url.path": "/a", "url.query": "u=http://b"}},
		"asterisk":              {"REQUEST_URI=* HTTP_HOST=a", want{"url.path": "*", "client:url.full": "http://a"}},
		"not a path":            {"SCRIPT_FILENAME=proxy:fcgi://127.0.0.1:9000/srv/a.php", want{"code.file.path": "-"}},
		"several secrets":       {"REQUEST_URI=/?sig=1&a=2&key=3&sig=&sig", want{"url.query": "sig=REDACTED&a=2&key=REDACTED&sig=REDACTED&sig"}},
	} {
		t.Run(name, func(t *testing.T) {
			server, client := describe(t, here, get(tc.params), fine, proto.FIN)
			for key, want := range tc.want {
				d := server
				if rest, found := strings.CutPrefix(key, "client:"); found {
					d, key = client, rest
				}
				kv, found := d.Attrs.Get(key)
				got := kv.Str
				if kv.Kind == attr.Int {
					got = fmt.Sprint(kv.Num)
				}
				if !found {
					got = "-"
				}
				assert.Equal(t, want, got, key)
			}
		})
	}
}

func TestDescribeRoutesAndFields(t *testing.T) {
	// The script's own path counts where the target is not told; what is empty was not sent.
	server, _ := describe(t, here, get("SCRIPT_NAME=/items PATH_INFO=/8 HTTP_X_TENANT= CONTENT_TYPE="), fine, proto.FIN)
	assert.Equal(t, "GET /items/{id}", server.Name)
	for _, key := range []string{"http.request.header.x-tenant", "http.request.header.content-type", "http.response.header.x-cache"} {
		_, found := server.Attrs.Get(key)
		assert.False(t, found, key)
	}
	server, _ = describe(t, here, get("REQUEST_URI=/item/8"), fine, proto.FIN)
	assert.Equal(t, "GET", server.Name)
	_, found := server.Attrs.Get("http.route")
	assert.False(t, found)
}

func TestDescribeMethods(t *testing.T) {
	for method, want := range map[string]string{
		"GET": "GET GET", "POST": "POST POST", "PUT": "PUT PUT", "HEAD": "HEAD HEAD", "DELETE": "DELETE DELETE",
		"OPTIONS": "OPTIONS OPTIONS", "PATCH": "PATCH PATCH", "TRACE": "TRACE TRACE", "CONNECT": "CONNECT CONNECT", "QUERY": "QUERY QUERY",
		"BREW": "HTTP _OTHER BREW", "get": "HTTP _OTHER get", "": "HTTP",
	} {
		server, _ := describe(t, here, "begin 1 1 0\nparams 1 REQUEST_METHOD="+method+"\nparams 1\nstdin 1", fine, proto.FIN)
		got := []string{server.Name}
		for _, key := range []string{"http.request.method", "http.request.method_original"} {
			if kv, found := server.Attrs.Get(key); found {
				got = append(got, kv.Str)
			}
		}
		assert.Equal(t, want, strings.Join(got, " "))
	}
}

func TestDescribeWithoutAddresses(t *testing.T) {
	server, client := describe(t, proto.Endpoints{}, get("REQUEST_URI=/a"), fine, proto.FIN)
	for _, d := range []proto.Description{server, client} {
		for _, key := range []string{"server.address", "network.peer.address", "client.address", "url.full"} {
			_, found := d.Attrs.Get(key)
			assert.False(t, found, key)
		}
	}
}
