package traces

import (
	"fmt"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// httpSpans makes n server spans with the attributes of HTTP, from as many
// processes as told.
func httpSpans(n, processes int) []span.Span {
	resources := make([]*process.Resource, processes)
	for i := range resources {
		r := &process.Resource{}
		r.Attrs.Str("service.name", "shop")
		r.Attrs.Int("process.pid", int64(i))
		r.Attrs.Str("process.executable.name", "nginx")
		r.Attrs.Str("host.name", "node-1")
		resources[i] = r
	}
	spans := make([]span.Span, n)
	for i := range spans {
		s := &spans[i]
		s.TraceID[0], s.SpanID[0], s.Flags = byte(i), 1, 3
		s.Name, s.Start, s.End = "GET", 1000, 2000
		s.Resource = resources[i%processes]
		s.Attrs.Str("http.request.method", "GET")
		s.Attrs.Str("url.path", "/api/v1/items")
		s.Attrs.Str("url.scheme", "http")
		s.Attrs.Int("http.response.status_code", 200)
		s.Attrs.Str("client.address", "10.1.2.3")
		s.Attrs.Str("server.address", "shop.example.com")
		s.Attrs.Int("server.port", 8080)
		s.Attrs.Str("network.peer.address", "10.1.2.3")
		s.Attrs.Int("network.peer.port", 45678)
		s.Attrs.Str("network.protocol.version", "1.1")
	}
	return spans
}

// BenchmarkBuild reports the cost of one span of ten attributes; the target is
// 1.2 µs and 12 allocations.
func BenchmarkBuild(b *testing.B) {
	for name, processes := range map[string]int{"one process": 1, "sixteen processes": 16} {
		b.Run(name, func(b *testing.B) {
			const batch = 512
			spans := httpSpans(batch, processes)
			builder := NewBuilder("v1.2.3")
			b.ReportAllocs()
			for n := 0; n < b.N; n += batch {
				builder.Build(spans)
			}
		})
	}
}

// BenchmarkAttributes compares the ways to fill the attributes of one span;
// putAttributes is to be the fastest of them.
func BenchmarkAttributes(b *testing.B) {
	var builder Builder
	ways := []struct {
		name string
		put  func(pcommon.Map, attr.List)
	}{
		{"Put", putOneByOne},
		{"EnsureCapacity and Put", func(m pcommon.Map, l attr.List) {
			m.EnsureCapacity(len(l))
			putOneByOne(m, l)
		}},
		{"EnsureCapacity and PutEmpty", func(m pcommon.Map, l attr.List) {
			m.EnsureCapacity(len(l))
			for i := range l {
				putValue(m.PutEmpty(l[i].Key), &l[i])
			}
		}},
		{"MapBuilder (putAttributes)", builder.putAttributes},
	}
	for _, size := range []int{10, 20} {
		l := httpSpans(1, 1)[0].Attrs
		for i := len(l); i < size; i++ {
			l.Str("http.request.header.x-"+string(rune('a'+i)), "value")
		}
		for _, way := range ways {
			b.Run(fmt.Sprintf("%s/%d", way.name, size), func(b *testing.B) {
				out := ptrace.NewSpan()
				b.ReportAllocs()
				for b.Loop() {
					out.Attributes().Clear()
					way.put(out.Attributes(), l)
				}
			})
		}
	}
}

func putOneByOne(m pcommon.Map, l attr.List) {
	for i := range l {
		if kv := &l[i]; kv.Kind == attr.Int {
			m.PutInt(kv.Key, kv.Num)
		} else {
			m.PutStr(kv.Key, kv.Str)
		}
	}
}
