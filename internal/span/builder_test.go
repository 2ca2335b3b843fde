package span

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/clock"
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// semantics describes exchanges of a protocol that says what it was asked.
type semantics struct {
	failed, internal bool
}

func (s *semantics) Describe(side proto.Side, e proto.Endpoints, d *proto.Description) {
	d.Name, d.Error, d.Internal = "GET", s.failed, s.internal
	d.Attrs.Str("network.peer.address", e.Client.Addr().String())
	d.Attrs.Int("side", int64(side))
}

func (*semantics) Release() {}

func message(first, last int64, whole bool) proto.Message {
	return proto.Message{Seen: true, First: first, Last: last, Whole: whole}
}

var (
	endpoints = proto.Endpoints{
		Client: netip.MustParseAddrPort("10.0.0.1:40000"),
		Server: netip.MustParseAddrPort("10.0.0.2:80"),
	}
	resource = &process.Resource{Service: "shop"}
	root     = correlate.Identity{TraceID: [16]byte{1}, SpanID: [8]byte{2}, Flags: 3}
	child    = correlate.Identity{
		TraceID: [16]byte{1}, SpanID: [8]byte{2}, Parent: [8]byte{3},
		State: "a=b", Flags: 0x301, Evidence: correlate.Wire,
	}
)

func attrs(side int64, more ...attr.KV) attr.List {
	l := attr.List{}
	l.Str("network.peer.address", "10.0.0.1")
	l.Int("side", side)
	return append(l, more...)
}

func TestBuild(t *testing.T) {
	whole := func(s proto.Semantics) *proto.Exchange {
		return &proto.Exchange{Request: message(100, 110, true), Response: message(150, 190, true), Semantics: s}
	}
	evidence := attr.KV{Key: "beyla.parent.evidence", Str: "wire", Kind: attr.String}
	extra := attr.KV{Key: "beyla.connect.duration", Num: 5, Kind: attr.Int}

	tests := map[string]struct {
		in   Input
		want Span
	}{
		"server": {
			in: Input{Exchange: whole(&semantics{}), Side: proto.Server, Identity: root},
			want: Span{
				TraceID: root.TraceID, SpanID: root.SpanID, Flags: 3, Name: "GET", Kind: Server,
				Start: 100, End: 190, Attrs: attrs(0),
			},
		},
		"client, failed, with a parent and an extra": {
			in: Input{
				Exchange: whole(&semantics{failed: true}), Side: proto.Client, Identity: child,
				Resource: resource, Extra: attr.List{extra},
			},
			want: Span{
				TraceID: child.TraceID, SpanID: child.SpanID, Parent: child.Parent, TraceState: "a=b", Flags: 0x301,
				Name: "GET", Kind: Client, Start: 100, End: 190, Error: true,
				Attrs: attrs(1, extra, evidence), Resource: resource,
			},
		},
		"internal": {
			in: Input{Exchange: whole(&semantics{internal: true}), Side: proto.Client, Identity: root},
			want: Span{
				TraceID: root.TraceID, SpanID: root.SpanID, Flags: 3, Name: "GET", Kind: Internal,
				Start: 100, End: 190, Attrs: attrs(1),
			},
		},
	}
	// One span for all cases, so that each must overwrite what the last one left.
	var s Span
	b := NewBuilder(&clock.Identity{})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.in.Endpoints = endpoints
			b.Build(&s, &tt.in)
			assert.Equal(t, tt.want, s)
		})
	}
}

// What a span held before must not show, in no field of it.
func TestBuildOverwrites(t *testing.T) {
	used := Span{
		TraceID: [16]byte{9}, SpanID: [8]byte{9}, Parent: [8]byte{9}, TraceState: "old=1", Flags: 9,
		Name: "old", Kind: Internal, Start: 9, End: 9, Error: true,
		Attrs: attrs(9), Resource: &process.Resource{}, Links: []correlate.Link{{State: "old=1"}},
	}
	for field := range reflect.ValueOf(used).Fields() {
		require.False(t, reflect.ValueOf(used).FieldByName(field.Name).IsZero(), field.Name)
	}
	b := NewBuilder(&clock.Identity{})
	in := &Input{
		Exchange: &proto.Exchange{Semantics: &semantics{}}, Identity: root, Endpoints: endpoints,
		Links: []correlate.Link{{SpanID: [8]byte{1}}},
	}
	var fresh Span
	b.Build(&fresh, in)
	b.Build(&used, in)
	assert.Equal(t, fresh, used)
}

func TestBuildLinks(t *testing.T) {
	one := correlate.Link{TraceID: [16]byte{7}, SpanID: [8]byte{8}, State: "a=b", Evidence: correlate.Wire}
	two := correlate.Link{TraceID: [16]byte{9}, SpanID: [8]byte{10}, Evidence: correlate.Flow}
	var s Span
	b := NewBuilder(&clock.Identity{})
	build := func(links ...correlate.Link) {
		b.Build(&s, &Input{Exchange: &proto.Exchange{Semantics: constant{}}, Identity: root, Links: links})
	}
	build()
	assert.Nil(t, s.Links)
	given := []correlate.Link{one, two}
	build(given...)
	assert.Equal(t, []correlate.Link{one, two}, s.Links)
	given[0] = correlate.Link{}
	assert.Equal(t, one, s.Links[0], "copied, not kept")
	held := s.Links
	build(two)
	assert.Equal(t, []correlate.Link{two}, s.Links)
	assert.Equal(t, []correlate.Link{two, {}}, held, "reuses the memory, and lets go of what it held")
	build()
	assert.Empty(t, s.Links)
}

func TestInterval(t *testing.T) {
	tests := map[string]struct {
		x           proto.Exchange
		first, last int64
	}{
		"whole": {
			x:     proto.Exchange{Request: message(100, 110, true), Response: message(150, 190, true)},
			first: 100, last: 190,
		},
		"answered before the request was through": {
			x:     proto.Exchange{Request: message(100, 300, true), Response: message(150, 190, true)},
			first: 100, last: 190,
		},
		"no response": {
			x:     proto.Exchange{Request: message(100, 110, true), Fault: proto.ConnectionClosed},
			first: 100, last: 110,
		},
		"response broken off": {
			x: proto.Exchange{
				Request: message(100, 110, true), Response: message(150, 160, false), Fault: proto.ConnectionReset,
			},
			first: 100, last: 160,
		},
		"broken off while both were under way": {
			x: proto.Exchange{
				Request: message(100, 200, false), Response: message(150, 160, false), Fault: proto.ConnectionReset,
			},
			first: 100, last: 200,
		},
		"request not seen": {
			x:     proto.Exchange{Response: message(150, 190, true)},
			first: 150, last: 190,
		},
		"response dated before its request": {
			x:     proto.Exchange{Request: message(100, 110, true), Response: message(80, 90, true)},
			first: 100, last: 100,
		},
		"nothing seen": {},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			first, last := interval(&tt.x)
			assert.Equal(t, []int64{tt.first, tt.last}, []int64{first, last})
		})
	}
}

// Where the wall clock was stepped back, a server's span moves along with its client's.
func TestNotBefore(t *testing.T) {
	b := NewBuilder(&clock.Identity{})
	x := &proto.Exchange{Request: message(100, 110, true), Response: message(150, 190, true), Semantics: constant{}}
	for name, tt := range map[string]struct {
		notBefore, start, end uint64
	}{
		"nothing known": {0, 100, 190},
		"before":        {99, 100, 190},
		"at once":       {100, 100, 190},
		"after":         {5000, 5000, 5090},
	} {
		t.Run(name, func(t *testing.T) {
			var s Span
			b.Build(&s, &Input{Exchange: x, Identity: child, NotBefore: tt.notBefore})
			assert.Equal(t, []uint64{tt.start, tt.end}, []uint64{s.Start, s.End})
		})
	}
}

func TestBuildDoesNotAllocate(t *testing.T) {
	b, s := NewBuilder(&clock.Identity{}), &Span{}
	in := &Input{
		Exchange: &proto.Exchange{Semantics: constant{}},
		Identity: child, Extra: attr.List{{Key: "extra"}}, Links: []correlate.Link{{State: "a=b"}},
	}
	b.Build(s, in)
	require.Len(t, s.Attrs, 12)
	assert.Zero(t, testing.AllocsPerRun(1000, func() { b.Build(s, in) }))
}

// constant describes with ten attributes and allocates nothing.
type constant struct{}

func (constant) Describe(_ proto.Side, _ proto.Endpoints, d *proto.Description) {
	for range 5 {
		d.Attrs.Str("string", "value")
		d.Attrs.Int("int", 1)
	}
}

func (constant) Release() {}

func BenchmarkBuild(b *testing.B) {
	builder := NewBuilder(&clock.Identity{})
	for name, links := range map[string][]correlate.Link{
		"no link": nil, "one link": {{TraceID: [16]byte{7}, SpanID: [8]byte{8}, Evidence: correlate.Wire}},
	} {
		in := &Input{
			Exchange: &proto.Exchange{Semantics: constant{}}, Identity: child, Resource: resource, Links: links,
		}
		b.Run(name, func(b *testing.B) {
			var batch Batch
			b.ReportAllocs()
			for b.Loop() {
				if batch.Len() == 512 {
					batch.Reset()
				}
				builder.Build(batch.Add(), in)
			}
		})
	}
}
