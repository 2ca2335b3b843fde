package tracecontext_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// benchHeads are heads by the format that they carry, without the fields that are
// in all of them.
func benchHeads() map[string][]string {
	ids := traceID + "-" + spanID
	return map[string][]string{
		"nothing":      nil,
		"tracecontext": {"traceparent: " + good},
		"b3":           {"b3: " + ids + "-1"},
		"b3multi":      {"X-B3-TraceId: " + traceID, "X-B3-SpanId: " + spanID, "X-B3-Sampled: 1"},
		"jaeger":       {"uber-trace-id: " + traceID + ":" + spanID + ":0:1"},
		"datadog": {"x-datadog-trace-id: 8330054363468631196", "x-datadog-parent-id: 6375191779022861325",
			"x-datadog-sampling-priority: 1", "x-datadog-tags: _dd.p.tid=66c4e3e900000000,_dd.p.dm=-0"},
		"sw8":        {sw8Field("1", "de5980b8fce34a37aab9b4ac3af7eedd.1.16563474296430001", "4f2f27748b8e44ecaf18fe0347194e86.33.16560607369950066", "7")},
		"xray":       {"X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"},
		"request id": {"X-Request-Id: a468a6a1-7d3a-4d6e-bf4d-5c5d2a4c8f10"},
	}
}

// benchFields are the fields of a browser's request, with more of them.
func benchFields(more []string) (fields [][2][]byte) {
	for _, line := range append([]string{
		"Host: shop.test:8080", "User-Agent: Mozilla/5.0", "Accept: text/html", "Accept-Language: en", "Accept-Encoding: gzip",
		"Connection: keep-alive", "Content-Type: application/json", "X-Forwarded-For: 192.0.2.7",
	}, more...) {
		name, value, _ := bytes.Cut([]byte(line), []byte(": "))
		fields = append(fields, [2][]byte{name, value})
	}
	return fields
}

func readFields(r *tracecontext.Reader, fields [][2][]byte) (tracecontext.Context, uint64) {
	for _, f := range fields {
		r.Field(f[0], f[1])
	}
	return r.Take()
}

// TestReaderAllocates nothing, for none of the formats without a state.
func TestReaderAllocates(t *testing.T) {
	for name, lines := range benchHeads() {
		r := tracecontext.NewReader(tracecontext.Config{})
		fields := benchFields(lines)
		c, id := readFields(r, fields)
		assert.Equal(t, name != "nothing", c.Valid() || id != 0, name)
		assert.Zero(t, testing.AllocsPerRun(100, func() { readFields(r, fields) }), name)
	}
}

// BenchmarkReader is a head of eight fields that carry nothing, and what carries something.
func BenchmarkReader(b *testing.B) {
	for name, lines := range benchHeads() {
		b.Run(name, func(b *testing.B) {
			r := tracecontext.NewReader(tracecontext.Config{})
			fields := benchFields(lines)
			b.ReportAllocs()
			for b.Loop() {
				readFields(r, fields)
			}
		})
	}
}
