package http2

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	xhttp2 "golang.org/x/net/http2"
	xhpack "golang.org/x/net/http2/hpack"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// Heads that recur in scripts.
const (
	hello    = "-- > 1 --\npreface\nsettings\n-- < 2 --\nsettings\nsettings ack\n"
	askGRPC  = "headers 1 :method=POST :scheme=http :path=/shop.v1.Cart/Add :authority=cart.test content-type=application/grpc te=trailers\n"
	saysGRPC = "headers 1 :status=200 content-type=application/grpc\n"
	one      = `"\x00\x00\x00\x00\x03one"`
	two      = `"\x00\x00\x00\x00\x03two"`
)

// spans are the two spans of one exchange, as far as a test asks: a name, then attributes.
type spans struct {
	exchange       proto.Exchange
	client, server string
}

// keys are what the tests ask for, by the short name that they have in them.
var keys = []struct{ short, key string }{
	{"system", "rpc.system.name"}, {"original", "rpc.method_original"}, {"code", "rpc.response.status_code"},
	{"http", "http.response.status_code"}, {"error", "error.type"}, {"kind", "beyla.stream.kind"},
	{"sent", "beyla.stream.messages.sent"}, {"received", "beyla.stream.messages.received"}, {"unknown", "beyla.headers.unknown"},
	{"tenant", "rpc.request.metadata.x-tenant"}, {"cost", "rpc.response.metadata.x-cost"},
}

func summary(t testing.TB, e *exchange, side proto.Side) string {
	var d proto.Description
	e.Describe(side, proto.Endpoints{}, &d)
	key, twice := d.Attrs.Duplicate()
	require.False(t, twice, key)
	words := []string{d.Name}
	for _, k := range keys {
		if kv, ok := d.Attrs.Get(k.key); ok {
			words = append(words, k.short+"="+value(kv))
		}
	}
	if d.Error {
		words = append(words, "failed")
	}
	return strings.Join(words, " ")
}

func value(kv attr.KV) string {
	switch kv.Kind {
	case attr.Int:
		return strconv.FormatInt(kv.Num, 10)
	case attr.Strings:
		return strings.Join(kv.List(), ",")
	case attr.Bool:
		return "true"
	}
	return kv.Str
}

// spansOf plays a script, of which the first packets pass unseen, in pieces of every kind.
func spansOf(t testing.TB, script string, unseen int) (out []spans, told string) {
	return playCalls(t, parse(t, script), unseen)
}

func playCalls(t testing.TB, c conversation, unseen int) (out []spans, told string) {
	for i := range c.steps[:unseen] {
		s := &c.steps[i]
		s.verb, s.n, s.data = "gap", int64(len(s.data)), nil
	}
	config := Config{Words: httpwords.Config{RequestHeaders: []string{"x-tenant"}, ResponseHeaders: []string{"x-cost"}}}
	play := func(cut func(int) int) (out []spans, told string) {
		l := &log{t: t, accounts: map[string]*account{}}
		l.each = func(e *exchange) {
			out = append(out, spans{e.Exchange, summary(t, e, proto.Client), summary(t, e, proto.Server)})
		}
		c.feed(t, newParser(New(config), l), l, cut)
		return out, l.String()
	}
	out, told = play(whole)
	for _, size := range []int{1, 7} {
		_, same := play(func(n int) int { return min(n, size) })
		require.Equal(t, told, same, "in pieces of %d", size)
	}
	return out, told
}

func TestCalls(t *testing.T) {
	for _, tt := range []struct {
		name, script   string
		unseen         int
		protocol       string
		client, server string // server is empty when it is the same
	}{
		{
			"unary", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one + "\n-- < 4 --\n" + saysGRPC + "data 1 " + one + "\nheaders 1 end grpc-status=0\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=OK", "",
		},
		{
			"an error in nothing but a head", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one +
				"\n-- < 4 --\nheaders 1 end :status=200 content-type=application/grpc grpc-status=5 grpc-message=secret\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=NOT_FOUND error=NOT_FOUND failed", "shop.v1.Cart/Add system=grpc code=NOT_FOUND",
		},
		{
			"behind an interim head", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one +
				"\n-- < 4 --\nheaders 1 :status=103 content-type=text/html\n" + saysGRPC + "data 1 " + one + "\nheaders 1 end grpc-status=0\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=OK", "",
		},
		{
			"a method that the server does not know", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one +
				"\n-- < 4 --\nheaders 1 end :status=200 content-type=application/grpc grpc-status=12\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=UNIMPLEMENTED error=UNIMPLEMENTED failed",
			"grpc system=grpc original=shop.v1.Cart/Add code=UNIMPLEMENTED error=UNIMPLEMENTED failed",
		},
		{
			"a stream", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one + "\n-- < 4 --\n" + saysGRPC + "data 1 " + one +
				"\ndata 1 " + two + "\nheaders 1 end grpc-status=0\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=OK kind=grpc sent=1 received=2", "shop.v1.Cart/Add system=grpc code=OK kind=grpc sent=2 received=1",
		},
		{
			"messages across frames, padded", hello + "-- > 3 --\n" + askGRPC + `data 1 pad 9 "\x00\x00\x00"` + "\n" + `data 1 "\x00\x05he"` + "\n" +
				`data 1 end pad 3 "llo\x00\x00\x00\x00\x00"` + "\n-- < 4 --\n" + saysGRPC + "data 1 " + one + "\nheaders 1 end grpc-status=0\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=OK kind=grpc sent=2 received=1", "shop.v1.Cart/Add system=grpc code=OK kind=grpc sent=1 received=2",
		},
		{
			"a long message, cut", hello + "-- > 3 --\n" + askGRPC + `data 1 "\x00\x00\x00\x07\xd0"` + "\n" + `data 1 end "x" * 2000` +
				"\n-- > skip 3 1900 --\n-- < 4 --\n" + saysGRPC + "data 1 " + one + "\ndata 1 " + two + "\nheaders 1 end grpc-status=0\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=OK kind=grpc sent=1 received=2", "shop.v1.Cart/Add system=grpc code=OK kind=grpc sent=2 received=1",
		},
		{
			"several messages in a frame, cut", hello + "-- > 3 --\n" + askGRPC + `data 1 end "\x00\x00\x00\x00\x05hello" * 200` +
				"\n-- > skip 3 1901 --\n-- < 4 --\n" + saysGRPC + "data 1 " + one + "\nheaders 1 end grpc-status=0\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=OK kind=grpc received=1", "shop.v1.Cart/Add system=grpc code=OK kind=grpc sent=1",
		},
		{
			"given up", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one + "\n-- > 4 --\nrst 1 8\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc error=http2_cancel failed", "shop.v1.Cart/Add system=grpc error=http2_cancel",
		},
		{
			"a watch, given up", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one + "\n-- < 4 --\n" + saysGRPC + "data 1 " + one +
				"\n-- > 2000000000 --\nrst 1 8\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc error=http2_cancel kind=grpc sent=1 received=1 failed",
			"shop.v1.Cart/Add system=grpc error=http2_cancel kind=grpc sent=1 received=1",
		},
		{
			"a proxy's page", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one +
				"\n-- < 4 --\nheaders 1 :status=502 content-type=text/html\ndata 1 end \"sorry\"\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=UNAVAILABLE http=502 error=UNAVAILABLE failed", "shop.v1.Cart/Add system=grpc http=502 error=502 failed",
		},
		{
			"no status", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one + "\n-- < 4 --\n" + saysGRPC + "data 1 end " + one + "\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc error=status_missing failed", "",
		},
		{
			"metadata", hello + "-- > 3 --\nheaders 1 :method=POST :scheme=http :path=/shop.v1.Cart/Add content-type=application/grpc x-tenant=a x-tenant=b\n" +
				"data 1 end " + one + "\n-- < 4 --\n" + saysGRPC + "data 1 " + one + "\nheaders 1 end grpc-status=0 x-cost=3\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=OK tenant=a,b cost=3", "",
		},
		{
			"gRPC-Web", hello + "-- > 3 --\nheaders 1 :method=POST :scheme=http :path=/x/shop.v1.Cart/Add content-type=application/grpc-web\n" +
				"data 1 end " + one + "\n-- < 4 --\nheaders 1 :status=200 content-type=application/grpc-web\ndata 1 " + one + "\n" +
				`data 1 end "\x80\x00\x00\x00\x10grpc-status: 7\r\n"` + "\n",
			0, "grpc", "shop.v1.Cart/Add system=grpc code=PERMISSION_DENIED error=PERMISSION_DENIED failed", "shop.v1.Cart/Add system=grpc code=PERMISSION_DENIED",
		},
		{
			"Connect", hello + "-- > 3 --\nheaders 1 :method=POST :scheme=http :path=/shop.v1.Cart/Add content-type=application/json connect-protocol-version=1\n" +
				"data 1 end \"{}\"\n-- < 4 --\nheaders 1 :status=500 content-type=application/json\ndata 1 end \"{\\\"code\\\":\\\"data_loss\\\"}\"\n",
			0, "connect", "shop.v1.Cart/Add system=connectrpc code=data_loss error=data_loss failed", "",
		},
		{
			"Connect by GET", hello + "-- > 3 --\nheaders 1 end :method=GET :scheme=http :path=/shop.v1.Cart/Get?connect=v1&encoding=json&message={}\n" +
				"-- < 4 --\nheaders 1 :status=200 content-type=application/json\ndata 1 end \"{}\"\n",
			0, "connect", "shop.v1.Cart/Get system=connectrpc", "",
		},
		{
			"on a connection that was open before", hello + "-- > 3 --\n" + askGRPC + "data 1 end " + one + "\n-- < 4 --\n" + saysGRPC + "data 1 " + one +
				"\nheaders 1 end grpc-status=0\n-- > 5 --\n" + strings.Replace(askGRPC, " 1", " 3", 1) + "data 3 end " + one + "\n-- < 6 --\n" +
				strings.Replace(saysGRPC, " 1", " 3", 1) + "data 3 " + one + "\ndata 3 " + two + "\nheaders 3 end grpc-status=0\n",
			4, "grpc", "grpc system=grpc kind=grpc sent=1 received=2 unknown=true", "grpc system=grpc kind=grpc sent=2 received=1 unknown=true",
		},
		{
			"that is none, on a connection that was open before", hello + "-- > 3 --\n" +
				"headers 1 :method=POST :scheme=http :path=/shop.v1.Cart/Add content-type=text/plain\ndata 1 end \"x\"\n-- < 4 --\nheaders 1 :status=200\ndata 1 end \"x\"\n" +
				"-- > 5 --\nheaders 3 :method=POST :scheme=http :path=/shop.v1.Cart/Add content-type=text/plain\ndata 3 end \"hello, world\"\n" +
				"-- < 6 --\nheaders 3 :status=200\ndata 3 end \"hello, world\"\n",
			4, "http2", "POST http=200 unknown=true", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, told := spansOf(t, tt.script, tt.unseen)
			require.Len(t, got, 1, told)
			if tt.server == "" {
				tt.server = tt.client
			}
			assert.Equal(t, tt.protocol, got[0].exchange.Protocol)
			assert.Equal(t, tt.client, got[0].client)
			assert.Equal(t, tt.server, got[0].server)
			streams := strings.Contains(tt.client, "kind=")
			assert.Equal(t, streams, got[0].exchange.Mark&proto.MarkStream != 0)
			if streams && got[0].exchange.Response.Seen {
				assert.Contains(t, told, "streams ")
			}
		})
	}
}

// Streams of Connect have a content-type that no script can write.
func TestConnectStream(t *testing.T) {
	c := parse(t, hello+"-- > 3 --\n-- < 4 --\n")
	for i, fields := range [][]string{{":method", "POST", ":scheme", "http", ":path", "/shop.v1.Cart/Add"}, {":status", "200"}} {
		s := newSpeaker()
		fields = append(fields, "content-type", "application/connect+json")
		for k := 0; k < len(fields); k += 2 {
			require.NoError(t, s.encoder.WriteField(xhpack.HeaderField{Name: fields[k], Value: fields[k+1]}))
		}
		require.NoError(t, s.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: 1, BlockFragment: s.block.Bytes(), EndHeaders: true}))
		body := []byte("\x00\x00\x00\x00\x02{}")
		if i == 1 {
			body = append(body, "\x02\x00\x00\x00\x1c{\"error\":{\"code\":\"aborted\"}}"...)
		}
		require.NoError(t, s.framer.WriteData(1, true, body))
		c.steps[len(c.steps)-2+i].data = s.out.Bytes()
	}
	got, told := playCalls(t, c, 0)
	require.Len(t, got, 1)
	assert.Equal(t, "connect", got[0].exchange.Protocol)
	assert.Equal(t, "shop.v1.Cart/Add system=connectrpc code=aborted error=aborted kind=connectrpc sent=1 received=1 failed", got[0].client)
	assert.Equal(t, "shop.v1.Cart/Add system=connectrpc code=aborted kind=connectrpc sent=1 received=1", got[0].server)
	assert.Contains(t, told, "streams 1\ndone 1")
}

// A stream is told as one while it is open, with its second message.
func TestStreamIsToldWhileOpen(t *testing.T) {
	_, told := spansOf(t, hello+"-- > 3 --\n"+askGRPC+"data 1 "+one+"\ndata 1 "+two+"\n-- < 4 --\n"+saysGRPC, 0)
	assert.Contains(t, told, "streams 1\ndone 1")
	_, told = spansOf(t, hello+"-- > 3 --\n"+askGRPC+"data 1 "+one+"\ndata 1 "+two+"\n", 0)
	assert.NotContains(t, told, "streams 1", "nothing has been answered")
	_, told = spansOf(t, hello+"-- > 3 --\n"+askGRPC+"data 1 end "+one+"\n-- < 4 --\n"+saysGRPC+"data 1 "+one+"\n-- < 5 --\ndata 1 "+two+"\n", 0)
	assert.Contains(t, told, "streams 1\ndone 1")
}

func TestCallMarks(t *testing.T) {
	for path, want := range map[string]proto.Mark{
		"/opentelemetry.proto.collector.trace.v1.TraceService/Export": proto.MarkOTLP, "/grpc.health.v1.Health/Check": proto.MarkHealthProbe,
	} {
		got, _ := spansOf(t, hello+"-- > 3 --\nheaders 1 :method=POST :scheme=http :path="+path+" content-type=application/grpc\ndata 1 end "+one+"\n-- < 4 --\n"+
			saysGRPC+"data 1 "+one+"\nheaders 1 end grpc-status=0\n", 0)
		require.Len(t, got, 1)
		assert.Equal(t, want, got[0].exchange.Mark)
	}
}
