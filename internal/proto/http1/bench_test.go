package http1

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func segments() (request, response *proto.Segment) {
	lines := func(l ...string) *proto.Segment {
		return &proto.Segment{At: 1, Bytes: []byte(strings.Join(l, "\r\n") + "\r\n\r\n")}
	}
	request = lines("GET /api/items?page=2 HTTP/1.1", "Host: shop.test:8080", "User-Agent: Mozilla/5.0 (X11; Linux x86_64)",
		"Accept: text/html,application/xhtml+xml", "Accept-Language: en-US,en;q=0.5", "Accept-Encoding: gzip, deflate",
		"Connection: keep-alive")
	response = lines("HTTP/1.1 200 OK", "Server: nginx/1.26.0", "Date: Mon, 23 Nov 2026 16:00:00 GMT",
		"Content-Type: text/html", "Content-Length: 13", "Connection: keep-alive")
	response.Bytes = append(response.Bytes, "Hello, world\n"...)
	return request, response
}

// describing is a sink that does what the span stage does.
type describing struct {
	side proto.Side
	d    proto.Description
}

func (*describing) Open(*proto.Exchange)    {}
func (*describing) Streams(*proto.Exchange) {}

func (*describing) Lost(proto.Account, proto.Lost) {}

func (s *describing) Done(x *proto.Exchange) {
	if s.side <= proto.Client {
		s.d.Reset()
		x.Semantics.Describe(s.side, here, &s.d)
	}
	x.Semantics.Release()
}

const parseOnly proto.Side = 2

// BenchmarkExchange is one GET and its response, of a target that recurs or never does.
func BenchmarkExchange(b *testing.B) {
	for _, bb := range []struct {
		name   string
		side   proto.Side
		unique bool
	}{
		{"parse", parseOnly, false},
		{"parse/unique target", parseOnly, true},
		{"parse and describe/server", proto.Server, false},
		{"parse and describe/client", proto.Client, false},
		{"parse and describe/server/unique target", proto.Server, true},
		{"parse and describe/client/unique target", proto.Client, true},
	} {
		b.Run(bb.name, func(b *testing.B) {
			p := New(Config{}).NewParser(event.TCP, &describing{side: bb.side})
			request, response := segments()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if bb.unique {
					binary.BigEndian.PutUint32(request.Bytes[len("GET /api/"):], 0x41414141+uint32(i)%0x1a1a1a1a)
				}
				request.Origin.Ordinal++
				response.Origin.Ordinal++
				p.Feed(proto.ToServer, request)
				p.Feed(proto.ToClient, response)
			}
		})
	}
}

// BenchmarkTraced is a GET that carries a context, and an id, and its response.
func BenchmarkTraced(b *testing.B) {
	for name, lines := range map[string]string{
		"neither": "",
		"context": "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n",
		"both": "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n" +
			"x-request-id: a468a6a1-7d3a-4d6e-bf4d-5c5d2a4c8f10\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			p := New(Config{}).NewParser(event.TCP, &describing{side: parseOnly})
			request, response := segments()
			head := strings.TrimSuffix(string(request.Bytes), "\r\n")
			request.Bytes = []byte(head + lines + "\r\n")
			b.ReportAllocs()
			for b.Loop() {
				p.Feed(proto.ToServer, request)
				p.Feed(proto.ToClient, response)
			}
		})
	}
}

// BenchmarkPieces is the same exchange in packets of 64 bytes.
func BenchmarkPieces(b *testing.B) {
	p := New(Config{}).NewParser(event.TCP, &describing{side: parseOnly})
	request, response := segments()
	b.ReportAllocs()
	for b.Loop() {
		for dir, s := range []*proto.Segment{request, response} {
			s.Origin.Ordinal++
			whole := s.Bytes
			for rest := whole; len(rest) > 0; rest = rest[min(64, len(rest)):] {
				s.Bytes = rest[:min(64, len(rest))]
				p.Feed(proto.Dir(dir), s)
			}
			s.Bytes = whole
		}
	}
}

// BenchmarkChunked is a response of 8 KiB in 16 chunks.
func BenchmarkChunked(b *testing.B) {
	p := New(Config{}).NewParser(event.TCP, &describing{side: parseOnly})
	request, _ := segments()
	body := strings.Repeat("200\r\n"+strings.Repeat("x", 512)+"\r\n", 16) + "0\r\n\r\n"
	response := &proto.Segment{Bytes: []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)}
	b.ReportAllocs()
	for b.Loop() {
		p.Feed(proto.ToServer, request)
		p.Feed(proto.ToClient, response)
	}
}

func BenchmarkDetect(b *testing.B) {
	request, response := segments()
	b.ReportAllocs()
	for b.Loop() {
		Detect(event.TCP, request.Bytes, response.Bytes)
	}
}

// BenchmarkWebSocket is a message of 100 bytes from the client, in a packet of its own.
func BenchmarkWebSocket(b *testing.B) {
	sink := &watcher{}
	p := New(Config{}).NewParser(event.TCP, sink)
	feed(p, proto.ToServer, toWebSockets)
	feed(p, proto.ToClient, areWebSockets)
	seg := &proto.Segment{Bytes: []byte("\x81\xe4mask" + strings.Repeat("x", 100)), Message: sink}
	b.ReportAllocs()
	for b.Loop() {
		p.Feed(proto.ToServer, seg)
		sink.empty()
	}
}

// BenchmarkCall is a unary call of gRPC-Web.
func BenchmarkCall(b *testing.B) {
	p := New(Config{}).NewParser(event.TCP, &describing{side: proto.Server})
	request := &proto.Segment{Bytes: []byte("POST /shop.v1.Cart/Add HTTP/1.1\r\nHost: shop.test\r\n" +
		"Content-Type: application/grpc-web+proto\r\nContent-Length: 7\r\n\r\n\x00\x00\x00\x00\x02ab")}
	response := &proto.Segment{Bytes: []byte("HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web+proto\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"1b\r\n\x00\x00\x00\x00\x02cd\x80\x00\x00\x00\x0fgrpc-status: 0\r\r\n0\r\n\r\n")}
	b.ReportAllocs()
	for b.Loop() {
		p.Feed(proto.ToServer, request)
		p.Feed(proto.ToClient, response)
	}
}
