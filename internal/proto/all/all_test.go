package all_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/all"
	"github.com/beylareceiver/beylareceiver/internal/proto/http1"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// ids is a sink that keeps the ids of requests.
type ids []uint64

func (s *ids) Open(x *proto.Exchange)       { *s = append(*s, x.RequestID) }
func (*ids) Done(x *proto.Exchange)         { x.Semantics.Release() }
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
