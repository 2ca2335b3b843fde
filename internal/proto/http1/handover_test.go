package http1

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// follower is the parser of whatever follows HTTP: it writes down what it was given, in
// the sink's log if that is one, and answers the request that was handed over with its first ten bytes.
type follower struct {
	proto.Handover
	text   [2]strings.Builder
	gaps   [2]int64
	closed [2]string
	want   proto.Want
	heard  int
}

// follow is a proto.Next.
func follow(h proto.Handover) proto.Parser { return &follower{Handover: h, want: proto.Frames} }

func (f *follower) Feed(dir proto.Dir, seg *proto.Segment) {
	f.text[dir].Write(seg.Bytes)
	if dir == proto.ToServer || f.First == nil || f.heard >= 10 {
		return
	}
	n := min(len(seg.Bytes), 10-f.heard)
	f.First.Response().Take(seg, n)
	if f.heard += n; f.heard == 10 {
		f.First.Field([]byte(":status"), []byte("204"))
		f.First.Field([]byte("location"), []byte("/there"))
		f.First.Response().Whole = true
		f.First.Done(proto.NoFault)
	}
}

func (f *follower) Gap(dir proto.Dir, _, n int64) { f.gaps[dir] += n }

func (f *follower) Close(dir proto.Dir, last int64, how proto.Ending) {
	if f.closed[dir] != "" {
		panic("closed twice")
	}
	f.closed[dir] = fmt.Sprintf("%d %d", last, how)
	if l, ok := f.Sink.(*log); ok && f.closed[dir.Flip()] != "" {
		for dir := range f.text {
			h := fnv.New32()
			h.Write([]byte(f.text[dir].String()))
			fmt.Fprintf(l, "inner %q %s %d bytes %x, %d not seen, until %s\n",
				f.Name, arrow(proto.Dir(dir)), f.text[dir].Len(), h.Sum32(), f.gaps[dir], f.closed[dir])
		}
	}
}

func (f *follower) Wants(proto.Dir) proto.Want { return f.want }

// TestHandoversInAnyPieces plays every conversation with somebody to take over.
func TestHandoversInAnyPieces(t *testing.T) {
	handovers := 0
	for _, file := range conversationFiles(t) {
		c := loadConversation(t, file)
		c.steps = withoutWants(c.steps)
		o := newProtocol(Config{Next: follow})
		whole := c.play(t, o, func(n int) int { return n })
		handovers += strings.Count(whole, "inner") / 2
		require.Equal(t, whole, c.play(t, o, func(int) int { return 1 }), "%s, byte by byte", file)
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 1))
			require.Equal(t, whole, c.play(t, o, func(n int) int { return 1 + r.IntN(min(n, 40)) }), "%s, seed %d", file, seed)
		}
	}
	assert.GreaterOrEqual(t, handovers, 4, "conversations that hand over")
}

func withoutWants(steps []step) (out []step) {
	for _, s := range steps {
		if s.verb != "wants" {
			out = append(out, s)
		}
	}
	return out
}

const (
	toHTTP2s  = "GET / HTTP/1.1\nHost: shop.test\nUpgrade: h2c\n\n"
	areHTTP2s = "HTTP/1.1 101 Switching Protocols\nUpgrade: h2c\n\n"
)

// taken keeps the parser that took over.
func taken(to **follower) proto.Next {
	return func(h proto.Handover) proto.Parser {
		*to = follow(h).(*follower)
		return *to
	}
}

func TestUpgradeToHTTP2(t *testing.T) {
	var next *follower
	sink := &describer{endpoints: here}
	p := New(Config{Next: taken(&next), ResponseHeaders: []string{"location"}}).NewParser(event.TCP, sink)
	feed(p, proto.ToServer, toHTTP2s)
	p.Feed(proto.ToClient, &proto.Segment{At: 20, Bytes: []byte(strings.ReplaceAll(areHTTP2s, "\n", "\r\n") + "settings"), Seq: 1000})
	require.NotNil(t, next)
	assert.Equal(t, "http2", next.Name)
	assert.Equal(t, event.TCP, next.Transport)
	assert.Equal(t, "settings", next.text[proto.ToClient].String())
	assert.Empty(t, sink.server)
	assert.Equal(t, proto.Frames, p.Wants(proto.ToServer))
	p.Gap(proto.ToClient, 25, 7)
	p.Feed(proto.ToClient, &proto.Segment{At: 30, Bytes: []byte("answer")})
	require.Len(t, sink.server, 1, "the request is answered, the connection goes on")
	assert.Equal(t, "204", spell(sink.server[0].Attrs, "http.response.status_code"))
	kv, _ := sink.server[0].Attrs.Get("http.response.header.location")
	assert.Equal(t, []string{"/there"}, kv.List())
	assert.Equal(t, "1.1", spell(sink.server[0].Attrs, "network.protocol.version"))
	_, found := sink.server[0].Attrs.Get("beyla.stream")
	assert.False(t, found)

	first := next.First // no use of it afterwards may do harm
	first.Response().Wire++
	first.Field([]byte(":status"), []byte("500"))
	first.Done(proto.ConnectionReset)
	p.Close(proto.ToServer, 40, proto.FIN)
	p.Close(proto.ToClient, 41, proto.FIN)
	assert.Equal(t, [2]string{"40 0", "41 0"}, next.closed)
	assert.EqualValues(t, 7, next.gaps[proto.ToClient])
	assert.Len(t, sink.server, 1)
}

func TestUpgradeToHTTP2WithoutAnAnswer(t *testing.T) {
	for how, want := range map[proto.Ending]string{
		proto.FIN: "connection_closed", proto.RST: "connection_reset", proto.Expired: "response_not_observed",
	} {
		var next *follower
		sink := &describer{endpoints: here}
		p := New(Config{Next: taken(&next)}).NewParser(event.TCP, sink)
		feed(p, proto.ToServer, toHTTP2s)
		p.Close(proto.ToServer, 5, proto.FIN) // said its piece
		feed(p, proto.ToClient, areHTTP2s)
		p.Close(proto.ToClient, 40, how)
		require.Len(t, sink.server, 1)
		assert.Equal(t, want, spell(sink.server[0].Attrs, "error.type"))
		assert.Empty(t, spell(sink.server[0].Attrs, "http.response.status_code"), "101 is not the answer")
		assert.NotEmpty(t, next.closed[proto.ToServer])
	}
}

func TestUpgradeToHTTP2WithBytesMissing(t *testing.T) {
	var next *follower
	p := New(Config{Next: taken(&next)}).NewParser(event.TCP, &counter{})
	feed(p, proto.ToServer, toHTTP2s+"\x16\x03")
	feed(p, proto.ToClient, areHTTP2s)
	assert.Equal(t, [2]int64{1, 0}, next.gaps, "that much at least")
}

func TestATunnelWantsWhatIsInside(t *testing.T) {
	var next *follower
	p := New(Config{Next: taken(&next)}).NewParser(event.TCP, &counter{})
	feed(p, proto.ToServer, "CONNECT a.test:1 HTTP/1.1\n\n")
	feed(p, proto.ToClient, "HTTP/1.1 200 OK\n\n")
	assert.Empty(t, next.Name)
	assert.Nil(t, next.First)
	for _, want := range []proto.Want{proto.Heads, proto.All, proto.Frames, proto.Turns} {
		next.want = want
		assert.Equal(t, want, p.Wants(proto.ToClient))
	}
	next.want = proto.Nothing
	assert.Equal(t, proto.Totals, p.Wants(proto.ToClient), "the tunnel is there all the same")
}
