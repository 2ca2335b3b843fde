package fastcgi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// segments are what nginx sends to PHP-FPM for a request, and gets back.
func segments(t testing.TB) (request, response *proto.Segment) {
	t.Helper()
	make := func(script string) *proto.Segment {
		b, err := compile(script)
		require.NoError(t, err)
		return &proto.Segment{At: 1, Bytes: b}
	}
	request = make(`begin 1 1 1
		params 1 SCRIPT_FILENAME=/srv/www/index.php QUERY_STRING=page=2 REQUEST_METHOD=GET CONTENT_TYPE= CONTENT_LENGTH= SCRIPT_NAME=/index.php REQUEST_URI=/api/items?page=2 DOCUMENT_URI=/index.php DOCUMENT_ROOT=/srv/www SERVER_PROTOCOL=HTTP/1.1 REQUEST_SCHEME=http GATEWAY_INTERFACE=CGI/1.1 SERVER_SOFTWARE=nginx/1.22.1 REMOTE_ADDR=192.0.2.7 REMOTE_PORT=40000 SERVER_ADDR=192.0.2.1 SERVER_PORT=80 SERVER_NAME=shop.test REDIRECT_STATUS=200 HTTP_HOST=shop.test HTTP_USER_AGENT=Mozilla/5.0+(X11;+Linux+x86_64) HTTP_ACCEPT=text/html,application/xhtml+xml HTTP_ACCEPT_LANGUAGE=en-US,en;q=0.5 HTTP_ACCEPT_ENCODING=gzip,deflate pad 5
		params 1
		stdin 1`)
	response = make(`stdout 1 "X-Powered-By: PHP/8.2.7\r\nContent-type: text/html; charset=UTF-8\r\n\r\nHello, world\n" pad 4
		end 1 0 0`)
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

// BenchmarkExchange is one GET and its response.
func BenchmarkExchange(b *testing.B) {
	for _, bb := range []struct {
		name string
		side proto.Side
	}{
		{"parse", parseOnly}, {"parse and describe/server", proto.Server}, {"parse and describe/client", proto.Client},
	} {
		b.Run(bb.name, func(b *testing.B) {
			p := New(Config{Words: httpwords.Config{RedactQuery: []string{"sig"}}}).NewParser(event.TCP, &describing{side: bb.side})
			request, response := segments(b)
			b.ReportAllocs()
			for b.Loop() {
				request.Origin.Ordinal++
				response.Origin.Ordinal++
				p.Feed(proto.ToServer, request)
				p.Feed(proto.ToClient, response)
			}
		})
	}
}

// BenchmarkPieces is the same exchange in packets of 64 bytes.
func BenchmarkPieces(b *testing.B) {
	p := New(Config{}).NewParser(event.TCP, &describing{side: parseOnly})
	request, response := segments(b)
	b.ReportAllocs()
	for b.Loop() {
		for dir, s := range []*proto.Segment{request, response} {
			s.Origin.Ordinal++
			all := s.Bytes
			for rest := all; len(rest) > 0; rest = rest[min(64, len(rest)):] {
				s.Bytes = rest[:min(64, len(rest))]
				p.Feed(proto.Dir(dir), s)
			}
			s.Bytes = all
		}
	}
}

// BenchmarkDrift is 8 KiB of a response of which the beginning of a record was lost.
func BenchmarkDrift(b *testing.B) {
	p := New(Config{}).NewParser(event.TCP, &describing{side: parseOnly})
	request, response := segments(b)
	p.Feed(proto.ToServer, request)
	p.Feed(proto.ToClient, &proto.Segment{Bytes: response.Bytes[:100]})
	p.Gap(proto.ToClient, 1, 1000)
	rest := &proto.Segment{Bytes: make([]byte, 8<<10)}
	b.SetBytes(int64(len(rest.Bytes)))
	b.ReportAllocs()
	for b.Loop() {
		p.Feed(proto.ToClient, rest)
	}
}

func BenchmarkDetect(b *testing.B) {
	request, _ := segments(b)
	b.ReportAllocs()
	for b.Loop() {
		Detect(event.TCP, request.Bytes, nil)
	}
}
