package correlate

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// counter is a source that counts: 1, 2, 3.
type counter uint64

func (c *counter) Uint64() uint64 { *c++; return uint64(*c) }

// zeros is the worst of all sources.
type zeros struct{}

func (zeros) Uint64() uint64 { return 0 }

// open places a span without the other end.
func open(c *Correlator, x *proto.Exchange, side proto.Side) Identity {
	if side == proto.Client {
		p := c.Client(x, Sender{})
		defer c.Release(&p)
		return p.Identity
	}
	p, call := c.Server(x)
	if call != nil {
		panic("a call without a client")
	}
	defer c.Release(&p)
	return p.Identity
}

// someHost keeps every span and knows no process.
type someHost struct{}

func (someHost) Keeps(*proto.Exchange) bool { return true }
func (someHost) PID(*proto.Exchange) uint32 { return 0 }
func (someHost) Program(uint32) string      { return "" }
func (someHost) Leaf(uint32, bool)          {}

func newCorrelator() *Correlator { return New(Options{Random: new(counter)}, someHost{}) }

func TestOpen(t *testing.T) {
	wire := tracecontext.Context{
		TraceID: [16]byte{0x4b, 0xf9, 15: 0x36},
		SpanID:  [8]byte{0xf0, 7: 0xb7},
		Flags:   0x01,
		State:   "congo=t61rcWkgMzE",
	}
	unsampled := wire
	unsampled.Flags, unsampled.State = 0x02, ""

	tests := map[string]struct {
		context tracecontext.Context
		side    proto.Side
		random  rand.Source
		want    Identity
	}{
		"server root": {
			side: proto.Server, random: new(counter),
			want: Identity{TraceID: [16]byte{7: 1, 15: 2}, SpanID: [8]byte{7: 3}, Flags: 0x03},
		},
		"client root": {
			side: proto.Client, random: new(counter),
			want: Identity{TraceID: [16]byte{7: 1, 15: 2}, SpanID: [8]byte{7: 3}, Flags: 0x03},
		},
		"server joins the wire's trace under a remote parent": {
			context: wire, side: proto.Server, random: new(counter),
			want: Identity{
				TraceID: wire.TraceID, SpanID: [8]byte{7: 1}, Parent: wire.SpanID,
				State: "congo=t61rcWkgMzE", Flags: 0x301, Evidence: Wire,
			},
		},
		"client joins it without knowing where the parent lives": {
			context: wire, side: proto.Client, random: new(counter),
			want: Identity{
				TraceID: wire.TraceID, SpanID: [8]byte{7: 1}, Parent: wire.SpanID,
				State: "congo=t61rcWkgMzE", Flags: 0x001, Evidence: Wire,
			},
		},
		"an unsampled context is kept, not obeyed": {
			context: unsampled, side: proto.Server, random: new(counter),
			want: Identity{
				TraceID: wire.TraceID, SpanID: [8]byte{7: 1}, Parent: wire.SpanID,
				Flags: 0x302, Evidence: Wire,
			},
		},
		"ids are never zero": {
			side: proto.Server, random: zeros{},
			want: Identity{TraceID: [16]byte{15: 1}, SpanID: [8]byte{7: 1}, Flags: 0x03},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := &proto.Exchange{Context: tt.context}
			assert.Equal(t, tt.want, open(New(Options{Random: tt.random}, someHost{}), x, tt.side))
		})
	}
}

func TestSeedDecidesTheIDs(t *testing.T) {
	var seed [32]byte
	x := &proto.Exchange{}
	a, b := New(Options{Random: rand.NewChaCha8(seed)}, someHost{}), New(Options{Random: rand.NewChaCha8(seed)}, someHost{})
	for range 1000 {
		require.Equal(t, open(a, x, proto.Server), open(b, x, proto.Server))
	}
}

func TestRandomIDsDiffer(t *testing.T) {
	a, b := New(Options{Random: NewRandom()}, someHost{}), New(Options{Random: NewRandom()}, someHost{})
	x := &proto.Exchange{}
	traces, spans := map[[16]byte]bool{}, map[[8]byte]bool{}
	for range 1000 {
		for _, c := range []*Correlator{a, b} {
			id := open(c, x, proto.Server)
			traces[id.TraceID], spans[id.SpanID] = true, true
		}
	}
	assert.Len(t, traces, 2000)
	assert.Len(t, spans, 2000)
}

func TestOpenDoesNotAllocate(t *testing.T) {
	c := New(Options{Random: NewRandom()}, someHost{})
	root := &proto.Exchange{}
	joined := &proto.Exchange{Context: tracecontext.Context{TraceID: [16]byte{1}, SpanID: [8]byte{1}, State: "a=b"}}
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		open(c, root, proto.Server)
		open(c, joined, proto.Client)
	}))
}

func BenchmarkOpen(b *testing.B) {
	c := New(Options{Random: NewRandom()}, someHost{})
	for name, x := range map[string]*proto.Exchange{
		"root": {},
		"wire": {Context: tracecontext.Context{TraceID: [16]byte{1}, SpanID: [8]byte{1}}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				open(c, x, proto.Server)
			}
		})
	}
}
