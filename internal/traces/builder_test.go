package traces

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/featuregate"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

const scope = `"scope": {
	"name": "github.com/beylareceiver/beylareceiver/receiver/beylareceiver",
	"version": "v1.2.3"
}`

func marshal(t *testing.T, traces ptrace.Traces) string {
	t.Helper()
	text, err := (&ptrace.JSONMarshaler{}).MarshalTraces(traces)
	require.NoError(t, err)
	return string(text)
}

func named(name string, r *process.Resource) span.Span {
	return span.Span{TraceID: [16]byte{1}, SpanID: [8]byte{2}, Name: name, Resource: r}
}

func resourceOf(service string) *process.Resource {
	r := &process.Resource{}
	r.Attrs.Str("service.name", service)
	return r
}

func TestBuildSpan(t *testing.T) {
	full := span.Span{
		TraceID:    [16]byte{0x4b, 0xf9, 15: 0x36},
		SpanID:     [8]byte{0x00, 0xf0, 7: 0xb7},
		Parent:     [8]byte{0xaa, 7: 0xbb},
		TraceState: "congo=t61rcWkgMzE",
		Flags:      0x301,
		Name:       "GET /items",
		Kind:       span.Client,
		Start:      1_790_000_000_000_000_001,
		End:        1_790_000_000_000_000_002,
		Error:      true,
	}
	full.Attrs.Str("url.path", "/items")
	full.Attrs.Int("http.response.status_code", 500)
	full.Attrs.Bool("yes", true)
	full.Attrs.Bool("no", false)
	full.Attrs.Float("ratio", 0.5)
	full.Attrs.Strings("http.request.header.accept", []string{"a/b", "c/d"})
	full.Attrs.Strings("none", nil)
	full.Links = []correlate.Link{
		{TraceID: [16]byte{1}, SpanID: [8]byte{2}, State: "a=b", Evidence: correlate.Wire},
		{TraceID: [16]byte{3}, SpanID: [8]byte{4}},
	}

	tests := map[string]struct {
		span span.Span
		want string
	}{
		"everything": {
			span: full,
			want: `{
				"traceId": "4bf90000000000000000000000000036", "spanId": "00f00000000000b7",
				"parentSpanId": "aa000000000000bb", "traceState": "congo=t61rcWkgMzE", "flags": 769,
				"name": "GET /items", "kind": 3, "status": {"code": 2},
				"startTimeUnixNano": "1790000000000000001", "endTimeUnixNano": "1790000000000000002",
				"attributes": [
					{"key": "url.path", "value": {"stringValue": "/items"}},
					{"key": "http.response.status_code", "value": {"intValue": "500"}},
					{"key": "yes", "value": {"boolValue": true}},
					{"key": "no", "value": {"boolValue": false}},
					{"key": "ratio", "value": {"doubleValue": 0.5}},
					{"key": "http.request.header.accept", "value": {"arrayValue": {"values": [
						{"stringValue": "a/b"}, {"stringValue": "c/d"}]}}},
					{"key": "none", "value": {"arrayValue": {}}}
				],
				"links": [
					{"traceId": "01000000000000000000000000000000", "spanId": "0200000000000000", "traceState": "a=b",
						"attributes": [{"key": "beyla.link.evidence", "value": {"stringValue": "wire"}}]},
					{"traceId": "03000000000000000000000000000000", "spanId": "0400000000000000"}
				]}`,
		},
		"root of a server, no status": {
			span: span.Span{TraceID: [16]byte{1}, SpanID: [8]byte{2}, Flags: 3, Name: "GET", Kind: span.Server},
			want: `{
				"traceId": "01000000000000000000000000000000", "spanId": "0200000000000000",
				"flags": 3, "name": "GET", "kind": 2, "status": {}}`,
		},
		"internal": {
			span: span.Span{TraceID: [16]byte{1}, SpanID: [8]byte{2}, Kind: span.Internal},
			want: `{
				"traceId": "01000000000000000000000000000000", "spanId": "0200000000000000",
				"kind": 1, "status": {}}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := `{"resourceSpans": [{"resource": {}, "scopeSpans": [{` + scope + `,
				"spans": [` + tt.want + `],
				"schemaUrl": "https://opentelemetry.io/schemas/1.43.0"}],
				"schemaUrl": "https://opentelemetry.io/schemas/1.43.0"}]}`
			assert.JSONEq(t, want, marshal(t, NewBuilder("v1.2.3").Build([]span.Span{tt.span})))
		})
	}
}

// layout is what a batch became: a line per resource, its service first, then its spans.
func layout(traces ptrace.Traces) [][]string {
	var lines [][]string
	for _, rs := range traces.ResourceSpans().All() {
		var line []string
		for _, v := range rs.Resource().Attributes().All() {
			line = append(line, v.Str())
		}
		for _, ss := range rs.ScopeSpans().All() {
			line = append(line, ss.Scope().Name())
			for _, s := range ss.Spans().All() {
				line = append(line, s.Name())
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func TestBuildGroups(t *testing.T) {
	shop, cart, twin := resourceOf("shop"), resourceOf("cart"), resourceOf("shop")
	tests := map[string]struct {
		spans []span.Span
		want  [][]string
	}{
		"nothing": {},
		"one resource": {
			spans: []span.Span{named("a", shop), named("b", shop)},
			want:  [][]string{{"shop", ScopeName, "a", "b"}},
		},
		"resources in the order first seen, spans in their own": {
			spans: []span.Span{
				named("a", shop), named("b", cart), named("c", shop), named("d", shop), named("e", cart), named("f", shop),
			},
			want: [][]string{{"shop", ScopeName, "a", "c", "d", "f"}, {"cart", ScopeName, "b", "e"}},
		},
		"pointers tell resources apart": {
			spans: []span.Span{named("a", shop), named("b", twin)},
			want:  [][]string{{"shop", ScopeName, "a"}, {"shop", ScopeName, "b"}},
		},
		"no resource is a group, too": {
			spans: []span.Span{named("a", nil), named("b", shop), named("c", nil)},
			want:  [][]string{{ScopeName, "a", "c"}, {"shop", ScopeName, "b"}},
		},
	}
	builder := NewBuilder("v1.2.3") // one for all: a batch must leave nothing behind
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			traces := builder.Build(tt.spans)
			assert.Equal(t, tt.want, layout(traces))
			assert.Equal(t, len(tt.spans), traces.SpanCount())
		})
	}
}

func TestBuilderLetsGoOfTheBatch(t *testing.T) {
	b := NewBuilder("")
	b.Build(httpSpans(20, 4))
	assert.Empty(t, b.index)
	assert.Empty(t, b.member)
	assert.Equal(t, make([]group, 4), b.groups[:4])
}

// A consumer may do to its traces what it likes; the next attempt is not to notice.
func TestBuildAgain(t *testing.T) {
	spans := httpSpans(10, 3)
	spans[4].Attrs.Strings("list", []string{"a", "b"})
	spans[5].Links = []correlate.Link{{TraceID: [16]byte{1}, SpanID: [8]byte{2}, Evidence: correlate.Wire}}
	copied := slices.Clone(spans)
	for i := range copied {
		copied[i].Attrs = slices.Clone(copied[i].Attrs)
		copied[i].Links = slices.Clone(copied[i].Links)
		for j, kv := range copied[i].Attrs {
			if kv.Kind == attr.Strings {
				var one attr.List
				one.Strings(kv.Key, slices.Clone(kv.List()))
				copied[i].Attrs[j] = one[0]
			}
		}
	}
	builder := NewBuilder("v1.2.3")
	first := builder.Build(spans)
	want := marshal(t, first)
	for _, rs := range first.ResourceSpans().All() {
		rs.Resource().Attributes().PutStr("service.name", "changed")
		for _, s := range rs.ScopeSpans().At(0).Spans().All() {
			s.SetName("changed")
			s.Attributes().PutInt("url.path", 1)
			for _, l := range s.Links().All() {
				l.Attributes().PutStr(span.LinkEvidence, "changed")
			}
			if list, ok := s.Attributes().Get("list"); ok {
				list.Slice().At(0).SetStr("changed")
			}
		}
	}
	require.NotEqual(t, want, marshal(t, first))
	assert.Equal(t, copied, spans)
	assert.Equal(t, want, marshal(t, builder.Build(spans)))
}

// With the gate on, pdata that a pipeline has released is used again: nothing of
// an older batch may show in a newer one.
func TestBuildWithPooling(t *testing.T) {
	small := []span.Span{named("small", nil)}
	small[0].Attrs.Strings("list", []string{"a"})
	small[0].Attrs.Int("int", 1)
	small[0].Links = []correlate.Link{{TraceID: [16]byte{1}, SpanID: [8]byte{2}, State: "a=b", Evidence: correlate.Wire}}
	large := httpSpans(50, 3)
	builder := NewBuilder("v1.2.3")
	wantSmall, wantLarge := marshal(t, builder.Build(small)), marshal(t, builder.Build(large))

	gate := pref.UseProtoPooling
	was := gate.IsEnabled()
	require.NoError(t, featuregate.GlobalRegistry().Set(gate.ID(), true))
	t.Cleanup(func() { assert.NoError(t, featuregate.GlobalRegistry().Set(gate.ID(), was)) })

	for range 20 {
		kept := builder.Build(large)
		for _, spans := range [][]span.Span{large, small} {
			traces := builder.Build(spans)
			require.True(t, pref.MarkPipelineOwnedTraces(traces))
			pref.UnrefTraces(traces)
		}
		require.Equal(t, wantSmall, marshal(t, builder.Build(small)))
		require.Equal(t, wantLarge, marshal(t, builder.Build(large)))
		require.Equal(t, wantLarge, marshal(t, kept), "not touched by the release of others")
	}
}

func TestBuildAllocations(t *testing.T) {
	const n = 100
	spans := httpSpans(n, 1)
	builder := NewBuilder("v1.2.3")
	builder.Build(spans)
	got := testing.AllocsPerRun(100, func() { builder.Build(spans) })
	// A span, its attributes, and ten values; 30 is for the batch and its resource.
	assert.LessOrEqual(t, got, float64(12*n+30))
}

func TestSpansOfTheBenchmarkHaveNoKeyTwice(t *testing.T) {
	for _, s := range httpSpans(2, 2) {
		for _, l := range []attr.List{s.Attrs, s.Resource.Attrs} {
			_, twice := l.Duplicate()
			assert.False(t, twice)
		}
	}
}
