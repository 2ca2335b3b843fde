package all_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/all"
	"github.com/beylareceiver/beylareceiver/internal/proto/fastcgi"
	"github.com/beylareceiver/beylareceiver/internal/proto/http1"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// ids is a sink that keeps the ids of requests.
type ids []uint64

func (s *ids) Open(x *proto.Exchange) { *s = append(*s, x.RequestID) }
func (*ids) Done(x *proto.Exchange)   { x.Semantics.Release() }
func (*ids) Streams(*proto.Exchange)  {}

func (*ids) Lost(proto.Account, proto.Lost) {}

// requestID is what the HTTP protocol of the configuration makes of an id.
func requestID(t *testing.T, c all.Config, id string) uint64 {
	t.Helper()
	for _, p := range all.Protocols(c) {
		if p.Name() != http1.Name {
			continue
		}
		var got ids
		p.NewParser(event.TCP, &got).Feed(proto.ToServer, &proto.Segment{Bytes: []byte("GET / HTTP/1.1\r\nX-Request-Id: " + id + "\r\n\r\n")})
		require.Len(t, got, 1)
		return got[0]
	}
	t.Fatal("there is no HTTP")
	return 0
}

func TestProtocolsShareAHasher(t *testing.T) {
	const id = "0f1e2d3c4b5a6978"
	shared, own := tracecontext.NewHasher(), tracecontext.NewHasher()
	assert.Equal(t, shared.Hash([]byte(id)), requestID(t, all.Config{Hasher: shared}, id))
	assert.Equal(t, own.Hash([]byte(id)), requestID(t, all.Config{Hasher: shared, HTTP: http1.Config{Hasher: own}}, id))

	without := requestID(t, all.Config{}, id)
	assert.NotZero(t, without)
	assert.NotEqual(t, without, requestID(t, all.Config{}, id), "each pipeline has its own key")
}

// described keeps the server's names and routes.
type described []string

func (*described) Open(*proto.Exchange)    {}
func (*described) Streams(*proto.Exchange) {}

func (*described) Lost(proto.Account, proto.Lost) {}

func (s *described) Done(x *proto.Exchange) {
	var d proto.Description
	x.Semantics.Describe(proto.Server, proto.Endpoints{}, &d)
	*s = append(*s, d.Name)
	for _, key := range []string{"url.query", "http.request.header.host"} {
		kv, _ := d.Attrs.Get(key)
		if kv.Kind == attr.Strings {
			kv.Str = kv.List()[0]
		}
		*s = append(*s, kv.Str)
	}
}

// A request over FastCGI: begin, the parameters, their end.
const overFastCGI = "\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" +
	"\x01\x04\x00\x01\x00\x32\x00\x00\x0e\x03REQUEST_METHODGET\x0b\x06REQUEST_URI/7?k=1\x09\x01HTTP_HOSTa" +
	"\x01\x04\x00\x01\x00\x00\x00\x00"

func TestFastCGIIsConfiguredAsHTTP(t *testing.T) {
	c := all.Config{HTTP: http1.Config{Routes: []string{"/{id}"}, RequestHeaders: []string{"Host"}, RedactQuery: []string{"k"}}}
	for _, p := range all.Protocols(c) {
		if p.Name() != fastcgi.Name {
			continue
		}
		var got described
		parser := p.NewParser(event.TCP, &got)
		parser.Feed(proto.ToServer, &proto.Segment{Bytes: []byte(overFastCGI)})
		parser.Close(proto.ToClient, 0, proto.FIN)
		assert.Equal(t, described{"GET /{id}", "k=REDACTED", "a"}, got)
		return
	}
	t.Fatal("there is no FastCGI")
}
