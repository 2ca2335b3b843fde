package testkit

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// batch is one ResourceSpans of the service; each add makes a span in it.
type batch struct {
	ptrace.Traces
	spans ptrace.SpanSlice
}

func newBatch(service, version string) batch {
	traces := ptrace.NewTraces()
	rs := traces.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	rs.Resource().Attributes().PutInt("process.pid", 42)
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("kit")
	ss.Scope().SetVersion(version)
	return batch{traces, ss.Spans()}
}

func (b batch) add(name string, start int64, trace, id, parent byte) ptrace.Span {
	s := b.spans.AppendEmpty()
	s.SetName(name)
	s.SetKind(ptrace.SpanKindServer)
	s.SetStartTimestamp(pcommon.Timestamp(start))
	s.SetEndTimestamp(pcommon.Timestamp(start + 5))
	s.SetTraceID(pcommon.TraceID{trace})
	s.SetSpanID(pcommon.SpanID{id})
	if parent != 0 {
		s.SetParentSpanID(pcommon.SpanID{parent})
	}
	s.Attributes().PutStr("url.path", "/"+name)
	s.Attributes().PutInt("http.response.status_code", 200)
	return s
}

func TestFlattenAndFind(t *testing.T) {
	a, b := newBatch("shop", "1"), newBatch("till", "1")
	a.add("GET", 10, 1, 2, 0).Status().SetCode(ptrace.StatusCodeError)
	b.add("POST", 20, 1, 3, 2).SetKind(ptrace.SpanKindClient)

	all := Flatten(a.Traces, b.Traces)
	require.Len(t, all, 2)
	got := all.Kind("Server").One(t)
	assert.Equal(t, Span{
		Service: "shop", Scope: "kit", Name: "GET", Kind: "Server", StatusCode: "Error",
		Resource: map[string]any{"service.name": "shop", "process.pid": int64(42)},
		Attrs:    map[string]any{"url.path": "/GET", "http.response.status_code": int64(200)},
		Start:    time.Unix(0, 10).UTC(), End: time.Unix(0, 15).UTC(),
		TraceID: "01000000000000000000000000000000", SpanID: "0200000000000000",
	}, got)
	assert.Equal(t, "/GET", got.Str("url.path"))
	assert.Equal(t, int64(200), got.Int("http.response.status_code"))
	assert.Zero(t, got.Int("url.path"))
	assert.Equal(t, 5*time.Nanosecond, got.Took())

	assert.Equal(t, "0200000000000000", all.With("url.path", "/POST").One(t).Parent)
	assert.Len(t, all.With("http.response.status_code", 200), 2)
	assert.Empty(t, all.With("http.response.status_code", "200"))
	assert.Len(t, all.Of(42), 2)
	assert.Empty(t, all.Of(43))
	_, found := all.Find(func(s Span) bool { return s.Service == "bank" })
	assert.False(t, found)
}

func TestSinkWaits(t *testing.T) {
	var sink Sink
	go func() {
		for i := range byte(3) {
			b := newBatch("shop", "1")
			b.add("GET", int64(i), 1, 2+i, 0)
			assert.NoError(t, sink.ConsumeTraces(t.Context(), b.Traces))
		}
	}()
	assert.Len(t, sink.WaitCount(t, 5*time.Second, 3), 3)
}

func TestReadOTLPFile(t *testing.T) {
	a, b := newBatch("shop", "1"), newBatch("till", "1")
	a.add("GET", 10, 1, 2, 0)
	b.add("POST", 20, 1, 3, 2)
	var marshal ptrace.JSONMarshaler
	one, err := marshal.MarshalTraces(a.Traces)
	require.NoError(t, err)
	two, err := marshal.MarshalTraces(b.Traces)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "traces.jsonl")

	assert.Zero(t, ReadOTLPFile(t, path).SpanCount(), "no file yet")
	text := string(one) + "\n\n" + string(two) + "\n" + string(one[:20])
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	assert.Equal(t, Flatten(a.Traces, b.Traces), Flatten(ReadOTLPFile(t, path)))

	_, err = parseOTLPLines([]byte("{]\n"))
	assert.ErrorContains(t, err, `parse line "{]"`)
}

func TestCanonicalForgetsBatchesOrderAndIDs(t *testing.T) {
	whole := newBatch("shop", "1")
	whole.add("root", 10, 1, 2, 0)
	whole.add("child", 11, 1, 3, 2)
	whole.add("remote", 12, 7, 4, 9)

	first, second := newBatch("shop", "2"), newBatch("shop", "2")
	first.add("remote", 12, 7, 104, 9)
	second.add("child", 11, 101, 103, 102)
	second.add("root", 10, 101, 102, 0)

	want := Canonical([]ptrace.Traces{whole.Traces})
	assert.Equal(t, want, Canonical([]ptrace.Traces{first.Traces, second.Traces}))
	spans := Flatten(want)
	assert.Equal(t, "root child remote", spans[0].Name+" "+spans[1].Name+" "+spans[2].Name)
	assert.Equal(t, spans[0].SpanID, spans[1].Parent)
	assert.Equal(t, "07000000000000000000000000000000", spans[2].TraceID, "came over the wire")
	assert.Equal(t, "0900000000000000", spans[2].Parent)
	assert.Equal(t, "1", whole.ResourceSpans().At(0).ScopeSpans().At(0).Scope().Version(), "the original is untouched")
}

func TestCanonicalKeepsWhatDiffers(t *testing.T) {
	base := func() batch { b := newBatch("shop", "1"); b.add("GET", 10, 1, 2, 0); return b }
	want := Canonical([]ptrace.Traces{base().Traces})
	for name, change := range map[string]func(ptrace.Span){
		"name":      func(s ptrace.Span) { s.SetName("POST") },
		"time":      func(s ptrace.Span) { s.SetEndTimestamp(99) },
		"kind":      func(s ptrace.Span) { s.SetKind(ptrace.SpanKindClient) },
		"attribute": func(s ptrace.Span) { s.Attributes().PutInt("http.response.status_code", 201) },
		"type":      func(s ptrace.Span) { s.Attributes().PutStr("http.response.status_code", "200") },
		"flags":     func(s ptrace.Span) { s.SetFlags(0x300) },
		"parent":    func(s ptrace.Span) { s.SetParentSpanID(pcommon.SpanID{8}) },
	} {
		b := base()
		change(b.spans.At(0))
		assert.NotEqual(t, want, Canonical([]ptrace.Traces{b.Traces}), name)
	}
}

func TestGolden(t *testing.T) {
	b := newBatch("shop", "1")
	b.add("GET", 10, 1, 2, 0).SetFlags(3)
	path := filepath.Join(t.TempDir(), "kit", "one.yaml")
	masks := []Mask{MaskResource("process.pid"), MaskAttrs("url.path", "absent"), MaskTimes()}
	golden := Canonical([]ptrace.Traces{b.Traces}, masks...)
	require.NoError(t, writeGolden(path, golden))
	require.NoError(t, compareGolden(t, path, golden))

	span := Flatten(golden).One(t)
	assert.Equal(t, "*", span.Str("url.path"))
	assert.False(t, span.Has("absent"))
	assert.Equal(t, "*", span.Resource["process.pid"])
	assert.Zero(t, span.Start.UnixNano())

	fake := new(quiet)
	assert.ErrorContains(t, compareGolden(fake, filepath.Join(t.TempDir(), "none.yaml"), golden), "-update")
	changed := Canonical([]ptrace.Traces{b.Traces}, masks[:1]...)
	assert.ErrorContains(t, compareGolden(fake, path, changed), "start timestamp doesn't match")
	assert.True(t, fake.failed)
}

// quiet is a test that may fail without failing this one.
type quiet struct {
	testing.TB
	failed bool
}

func (q *quiet) Helper()               {}
func (q *quiet) Name() string          { return "quiet" }
func (q *quiet) Errorf(string, ...any) { q.failed = true }
