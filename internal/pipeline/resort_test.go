//go:build linux && (amd64 || arm64)

package pipeline

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/all"
	"github.com/beylareceiver/beylareceiver/internal/proto/opaque"
	"github.com/beylareceiver/beylareceiver/internal/span"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// resort is a protocol of last resort that makes one exchange of a connection.
type resort struct{ wants proto.Want }

func (resort) Name() string                                         { return "resort" }
func (resort) Detect(event.Transport, []byte, []byte) proto.Verdict { return proto.No }
func (r resort) NewParser(_ event.Transport, s proto.Sink) proto.Parser {
	return &whole{sink: s, wants: r.wants}
}

// whole is its parser, and its exchange.
type whole struct {
	proto.Exchange
	sink  proto.Sink
	wants proto.Want
	ended int
}

func (w *whole) half(d proto.Dir) *proto.Message {
	if d == proto.ToServer {
		return &w.Request
	}
	return &w.Response
}

func (w *whole) Feed(d proto.Dir, seg *proto.Segment) {
	w.half(d).Take(seg, len(seg.Bytes))
	if w.Semantics != nil {
		return
	}
	w.Semantics, w.Protocol, w.Mark = w, "resort", proto.MarkStream
	w.Request.Origin, w.Request.First = seg.Origin, seg.At
	w.sink.Open(&w.Exchange)
	w.sink.Streams(&w.Exchange)
}

func (w *whole) Gap(d proto.Dir, at, n int64) {
	m := w.half(d)
	m.Wire, m.Last = m.Wire+n, at
}

func (w *whole) Close(proto.Dir, int64, proto.Ending) {
	if w.ended++; w.ended == 2 {
		w.Request.Whole, w.Response.Whole = true, true
		w.sink.Done(&w.Exchange)
	}
}

func (w *whole) Wants(proto.Dir) proto.Want { return w.wants }

func (w *whole) Void() {
	w.Fault = proto.Void
	w.sink.Done(&w.Exchange)
}

func (w *whole) Describe(_ proto.Side, _ proto.Endpoints, d *proto.Description) {
	d.Name, d.Internal = "resort", w.Undirected
	d.Attrs.Int("there", w.Request.Wire)
	d.Attrs.Int("back", w.Response.Wire)
}

func (*whole) Release() {}

// newResort is a bench that has one.
func newResort(tb testing.TB, cfg Config) *bench {
	b := newBench(tb, cfg)
	b.fallback = &protocol{Protocol: resort{wants: proto.Totals}, errors: new(atomic.Uint64)}
	return b
}

const banner = "SSH-2.0-x\r\n"

// A connection that nobody claims gives one span, however short it was.
func TestLastResort(t *testing.T) {
	for name, messages := range map[string]int{"short": 1, "several": 3, "settled": maxTries + 4} {
		t.Run(name, func(t *testing.T) {
			b := newResort(t, Config{})
			c := b.conn(5, event.RoleServer)
			for i := range messages {
				c.say(event.Dir(i%2), banner, -1)
			}
			c.close()
			spans := b.finish(t)
			require.Len(t, spans, 1)
			require.Equal(t, span.Server, spans[0].Kind)
			require.Equal(t, int64((messages+1)/2*len(banner)), number(&spans[0], "there"))
			require.Equal(t, int64(messages/2*len(banner)), number(&spans[0], "back"))
			require.Equal(t, uint64(messages), b.Stats().Ended[ledger.Used])
			require.Empty(t, b.source.ignored)
			if messages >= maxTries {
				require.Equal(t, []tap.Verdict{tap.Totals}, b.source.orders, "told once")
			} else {
				require.Empty(t, b.source.orders)
			}
		})
	}
}

// Bytes that some protocol waited for more of are not lost to it.
func TestLastResortOfUnfinishedBytes(t *testing.T) {
	b := newResort(t, Config{})
	c := b.conn(5, event.RoleServer)
	c.say(event.Ingress, "GE", -1)
	c.say(event.Ingress, "T", -1)
	c.close()
	spans := b.finish(t)
	require.Len(t, spans, 1)
	require.Equal(t, int64(3), number(&spans[0], "there"))
}

// Whoever claims the connection later voids what was made of it.
func TestLastResortIsVoid(t *testing.T) {
	b := newResort(t, Config{})
	client, server := b.pair(1)
	for _, say := range []string{banner, get} {
		client.say(event.Egress, say, -1)
		server.say(event.Ingress, say, -1)
		server.say(event.Egress, hello, -1)
		client.say(event.Ingress, hello, -1)
	}
	client.close()
	server.close()
	spans := b.finish(t)
	require.Len(t, spans, 2)
	require.Equal(t, "GET", spans[0].Name)
	require.Equal(t, "GET", spans[1].Name)
	require.Equal(t, uint64(4), b.Stats().Ended[ledger.UnknownProtocol]+b.Stats().Ended[ledger.NoRequest])
	require.Equal(t, uint64(4), b.Stats().Ended[ledger.Used])
}

// Both ends of a connection find each other by its first message.
func TestLastResortHasParents(t *testing.T) {
	b := newResort(t, Config{})
	client, server := b.pair(1)
	client.say(event.Egress, banner, -1)
	server.say(event.Ingress, banner, -1)
	server.close()
	client.close()
	spans := b.finish(t)
	require.Len(t, spans, 2)
	require.Equal(t, span.Client, spans[0].Kind)
	require.Equal(t, spans[0].SpanID, spans[1].Parent)
	require.Equal(t, spans[0].TraceID, spans[1].TraceID)
}

// Where nobody saw who connected, nobody is made the client.
func TestUndirected(t *testing.T) {
	b := newResort(t, Config{})
	c := b.conn(5, event.RoleUnknown)
	c.say(event.Egress, banner, -1)
	c.say(event.Ingress, banner, -1)
	c.close()
	spans := b.finish(t)
	require.Len(t, spans, 1)
	require.Equal(t, span.Internal, spans[0].Kind)
	require.Zero(t, spans[0].Parent)
}

// What is open for long is told of before it is over, and below that, later, what is new.
func TestStreamReports(t *testing.T) {
	b := newResort(t, Config{StreamReport: time.Minute})
	client, server := b.pair(1)
	say := func() {
		client.say(event.Egress, banner, -1)
		server.say(event.Ingress, banner, -1)
	}
	say()
	begun := b.clock.now
	for range 3 {
		b.pass(time.Second)
	}
	require.Zero(t, b.Stats().Built)
	b.pass(time.Minute)
	require.EqualValues(t, 2, b.Stats().Built)
	b.pass(time.Minute)
	require.EqualValues(t, 2, b.Stats().Built, "nothing was new")
	say()
	b.pass(time.Minute)
	require.EqualValues(t, 4, b.Stats().Built)
	again := b.clock.now
	client.close()
	server.close()
	spans := b.finish(t)
	require.Len(t, spans, 6)
	// The server's span waits for the client's, whichever is looked at first.
	byKind := map[span.Kind]*span.Span{}
	for i := range spans[:2] {
		byKind[spans[i].Kind] = &spans[i]
	}
	first, below := byKind[span.Client], byKind[span.Server]
	require.Equal(t, first.SpanID, below.Parent)
	require.Less(t, first.End, uint64(begun+1e6), "it ends with what was seen")
	require.Equal(t, int64(1), number(first, span.StreamOpen))
	seen := map[[8]byte]bool{}
	for i := range spans {
		require.False(t, seen[spans[i].SpanID])
		seen[spans[i].SpanID] = true
		require.Equal(t, first.TraceID, spans[i].TraceID)
		if i < 2 {
			continue
		}
		require.Equal(t, span.Internal, spans[i].Kind)
		require.Contains(t, [][8]byte{first.SpanID, below.SpanID}, spans[i].Parent)
		require.Equal(t, int64(1+(i-2)/2), number(&spans[i], span.StreamPart))
		require.Equal(t, int64(2*len(banner)), number(&spans[i], "there"))
		require.GreaterOrEqual(t, spans[i].Start, first.End)
		require.Less(t, spans[i].End, uint64(again))
	}
	require.Equal(t, int64(1), number(&spans[3], span.StreamOpen))
	require.Zero(t, number(&spans[5], span.StreamOpen), "over")
	require.Empty(t, b.Engine.streams)
}

// However many messages a stream has, few are held.
func TestStreamsHoldLittle(t *testing.T) {
	b := newResort(t, Config{})
	c := b.conn(5, event.RoleServer)
	for i := range 1000 {
		c.say(event.Dir(i%2), banner, -1)
		if i%100 == 99 {
			b.pass(time.Second)
		}
	}
	require.LessOrEqual(t, b.Stats().Held, int64(maxStreamAccounts+2))
	c.close()
	require.Len(t, b.finish(t), 1)
	require.Equal(t, uint64(1000), b.Stats().Ended[ledger.Used])
}

// Connections do not fill the cap of requests under way.
func TestStreamsAreNotInflight(t *testing.T) {
	b := newResort(t, Config{MaxInflight: 1})
	for i := range uint64(10) {
		b.conn(i, event.RoleServer).say(event.Ingress, banner, -1)
	}
	require.Zero(t, b.Stats().Inflight)
	require.Len(t, b.finish(t), 10)
}

// Encrypted records look alike in both directions; a hello says who is who.
func TestWhoIsTheClientOfTLS(t *testing.T) {
	records := strings.Repeat("\x17\x03\x03\x00\x28"+strings.Repeat("\xa5", 40), 2)
	hello := "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x02\x13\x01\x01\x00"
	for name, tt := range map[string]struct {
		first string
		kind  span.Kind
	}{"records": {records, span.Internal}, "a hello": {hello, span.Client}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Config{Protocols: all.Config{Opaque: &opaque.Config{}}})
			c := b.conn(5, event.RoleUnknown)
			c.say(event.Egress, tt.first, -1)
			c.say(event.Ingress, records, -1)
			c.close()
			spans := b.finish(t)
			require.Len(t, spans, 1)
			require.Equal(t, "tls", spans[0].Name)
			require.Equal(t, tt.kind, spans[0].Kind)
		})
	}
}

// What is held while protocols want more of it is accounted for once, whoever takes it in the end.
func TestHeldMessagesAreSettledOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		opaque *opaque.Config
		spans  int
		used   uint64
	}{"nobody": {nil, 0, 0}, "last resort": {&opaque.Config{Mode: opaque.Turn}, 2, 4}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Config{Protocols: all.Config{Opaque: tt.opaque}})
			c := b.conn(1, event.RoleServer)
			for range 2 {
				c.say(event.Ingress, "some question", -1) // like the start of a request line
				c.say(event.Egress, "some answer", -1)
			}
			c.close()
			require.Len(t, b.finish(t), tt.spans)
			st := b.Stats()
			require.Equal(t, [2]uint64{4, tt.used}, [2]uint64{st.Received, st.Ended[ledger.Used]})
		})
	}
}
