package inner_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/dns"
	"github.com/beylareceiver/beylareceiver/internal/proto/http1"
	"github.com/beylareceiver/beylareceiver/internal/proto/http2"
	"github.com/beylareceiver/beylareceiver/internal/proto/inner"
)

// log is a sink that writes down what it is told.
type log struct{ strings.Builder }

func (l *log) Open(x *proto.Exchange)    { fmt.Fprintf(l, "open %s\n", describe(x)) }
func (l *log) Streams(x *proto.Exchange) { fmt.Fprintf(l, "streams %s\n", describe(x)) }

func (l *log) Done(x *proto.Exchange) {
	fmt.Fprintf(l, "done %s %s %d-%d\n", describe(x), x.Fault, x.Request.First, x.Response.Last)
	x.Semantics.Release()
}

func (l *log) Lost(_ proto.Account, why proto.Lost) { fmt.Fprintf(l, "lost %d\n", why) }

func describe(x *proto.Exchange) string {
	var d proto.Description
	x.Semantics.Describe(proto.Client, proto.Endpoints{}, &d)
	out := d.Name
	for _, key := range []string{"server.address", "beyla.stream.kind"} {
		if kv, found := d.Attrs.Get(key); found {
			out += " " + kv.Str
		}
	}
	return out
}

// proxied makes the parser of a connection to a proxy.
func proxied(sink proto.Sink) proto.Parser {
	r := new(inner.Registry)
	web := http1.New(http1.Config{Next: r.Next})
	r.Protocols = []proto.Protocol{web, dns.New(dns.Config{})}
	return web.NewParser(event.TCP, sink)
}

type turn struct {
	dir  proto.Dir
	text string
}

const established = "HTTP/1.1 200 Connection established\r\n\r\n"

func connect(host string) string {
	return "CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
}

// play feeds the turns, a message each, cut as told, and ends the connection.
func play(turns []turn, cut func(n int) int) string {
	l := new(log)
	p := proxied(l)
	for i, t := range turns {
		for b := []byte(t.text); len(b) > 0; {
			n := cut(len(b))
			p.Feed(t.dir, &proto.Segment{At: int64(i), Bytes: b[:n:n], Origin: proto.Origin{Ordinal: uint32(i)}})
			b = b[n:]
		}
	}
	p.Close(proto.ToServer, 0, proto.FIN)
	p.Close(proto.ToClient, 0, proto.FIN)
	return l.String()
}

func TestHTTPInsideTunnels(t *testing.T) {
	turns := []turn{
		{proto.ToServer, connect("proxy.test:3128")}, {proto.ToClient, established},
		{proto.ToServer, connect("shop.test:80")}, {proto.ToClient, established},
		{proto.ToServer, "GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n"}, {proto.ToClient, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
		{proto.ToServer, "GET /chat HTTP/1.1\r\nHost: shop.test\r\nUpgrade: websocket\r\n\r\n"},
		{proto.ToClient, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello\x88\x00"},
		{proto.ToServer, "\x88\x80mask"},
		{proto.ToClient, "no frame"},
	}
	want := `open CONNECT proxy.test
streams CONNECT proxy.test connect
open CONNECT shop.test
streams CONNECT shop.test connect
open GET shop.test
done GET shop.test  4-5
open GET shop.test
streams GET shop.test websocket
done GET shop.test websocket  6-8
lost 4
done CONNECT shop.test connect  2-9
done CONNECT proxy.test connect  0-9
`
	assert.Equal(t, want, play(turns, func(n int) int { return n }))
	assert.Equal(t, want, play(turns, func(int) int { return 1 }))
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		assert.Equal(t, want, play(turns, func(n int) int { return 1 + r.IntN(n) }), "seed %d", seed)
	}
}

// TestTunnelsAreFollowedFourDeep: a client that nests them without end costs what it sends.
func TestTunnelsAreFollowedFourDeep(t *testing.T) {
	l := new(log)
	p := proxied(l)
	for i := range 1000 {
		p.Feed(proto.ToServer, &proto.Segment{Bytes: []byte(connect(fmt.Sprintf("n%d.test:1", i))), Origin: proto.Origin{Ordinal: uint32(i)}})
		p.Feed(proto.ToClient, &proto.Segment{Bytes: []byte(established), Origin: proto.Origin{Ordinal: uint32(i)}})
	}
	assert.Equal(t, 5, strings.Count(l.String(), "open"))
	assert.Equal(t, proto.Totals, p.Wants(proto.ToServer))
	p.Close(proto.ToServer, 0, proto.RST)
	p.Close(proto.ToClient, 0, proto.RST)
	assert.Equal(t, 5, strings.Count(l.String(), "done"))
}

func TestOpaqueInsideATunnel(t *testing.T) {
	l := new(log)
	p := proxied(l)
	p.Feed(proto.ToServer, &proto.Segment{Bytes: []byte(connect("mail.test:25"))})
	p.Feed(proto.ToClient, &proto.Segment{At: 1, Bytes: []byte(established)})
	assert.Equal(t, proto.Heads, p.Wants(proto.ToClient), "somebody has to look")
	p.Feed(proto.ToClient, &proto.Segment{At: 2, Bytes: []byte("220 mail.test ESMTP\r\n"), Origin: proto.Origin{Ordinal: 1}})
	assert.Equal(t, proto.Totals, p.Wants(proto.ToClient), "and has seen enough")
	p.Gap(proto.ToServer, 3, 1000)
	p.Close(proto.ToServer, 3, proto.FIN)
	p.Close(proto.ToClient, 2, proto.FIN)
	assert.Equal(t, "open CONNECT mail.test\nstreams CONNECT mail.test connect\nlost 4\ndone CONNECT mail.test connect  0-3\n", l.String())
}

// FuzzTunnel: whatever is inside, in any pieces, gives the same.
func FuzzTunnel(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), []byte("HTTP/1.1 204 No Content\r\n\r\n"), uint64(1))
	f.Add([]byte("EHLO there\r\n"), []byte("220 mail.test\r\n"), uint64(2))
	f.Add([]byte("\x16\x03\x01\x02\x00\x01"), []byte("\x16\x03\x03"), uint64(3))
	f.Add([]byte(connect("a.test:1")), []byte(established), uint64(4))
	f.Add([]byte("\x00\x1d\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"), []byte{}, uint64(5))
	f.Fuzz(func(t *testing.T, client, server []byte, seed uint64) {
		turns := []turn{
			{proto.ToServer, connect("a.test:1")}, {proto.ToClient, established},
			{proto.ToServer, string(client)}, {proto.ToClient, string(server)},
			{proto.ToServer, string(client)}, {proto.ToClient, string(server)},
		}
		whole := play(turns, func(n int) int { return n })
		assert.Equal(t, whole, play(turns, func(int) int { return 1 }), "byte by byte")
		r := rand.New(rand.NewPCG(seed, 1))
		assert.Equal(t, whole, play(turns, func(n int) int { return 1 + r.IntN(n) }), "in pieces")
	})
}

// TestUpgradeToHTTP2: the request is answered on stream 1 of the other protocol, and others follow there.
func TestUpgradeToHTTP2(t *testing.T) {
	r := new(inner.Registry)
	web := http1.New(http1.Config{Next: r.Next})
	r.Protocols = []proto.Protocol{web, http2.New(http2.Config{})}
	l := new(log)
	p := web.NewParser(event.TCP, l)
	settings := "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	for i, turn := range []turn{
		{proto.ToServer, "GET /a HTTP/1.1\r\nHost: shop.test\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"},
		{proto.ToClient, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + settings +
			"\x00\x00\x01\x01\x04\x00\x00\x00\x01\x89" + "\x00\x00\x00\x00\x01\x00\x00\x00\x01"}, // 204, no data
		{proto.ToServer, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings +
			"\x00\x00\x0e\x01\x05\x00\x00\x00\x03\x82\x86\x84\x41\x09shop.test"},
		{proto.ToClient, "\x00\x00\x01\x01\x05\x00\x00\x00\x03\x88"},
	} {
		p.Feed(turn.dir, &proto.Segment{At: int64(i), Bytes: []byte(turn.text), Origin: proto.Origin{Ordinal: uint32(i)}})
	}
	assert.Equal(t, proto.Frames, p.Wants(proto.ToServer))
	p.Close(proto.ToServer, 9, proto.FIN)
	p.Close(proto.ToClient, 9, proto.FIN)
	assert.Equal(t, `open GET shop.test
done GET shop.test  0-1
open GET shop.test
done GET shop.test  2-3
`, strings.ReplaceAll(l.String(), "lost 5\n", "")) // settings are housekeeping
}
