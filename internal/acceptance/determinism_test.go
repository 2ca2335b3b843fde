//go:build linux && (amd64 || arm64)

package acceptance

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// The same capture gives the same spans with the same attributes, in the same
// order and the same batches; only ids that were made here differ.
func TestSameCaptureSameSpans(t *testing.T) {
	everyCapture(t, func(t *testing.T, path string) {
		first, second := run(t, defaults(path)), run(t, defaults(path))
		assert.Equal(t, plain(t, first.traces), plain(t, second.traces))
		assert.Equal(t, first.reasons(), second.reasons())
		assert.Equal(t, first.stats.Capture, second.stats.Capture)
	})
}

// The same traffic gives the same spans whatever the file format and the link
// layer, and whether or not its segments came in order and once.
func TestSameTrafficSameSpans(t *testing.T) {
	for name, others := range map[string][]string{
		"loopback.pcap": {"loopback.pcapng"},
		"ethernet.pcap": {
			"ethernet-as-raw.pcap", "ethernet-as-vlan.pcap", "ethernet-as-qinq.pcap", "ethernet-as-null.pcap",
			"ethernet-disordered.pcap", "ethernet-retransmitted.pcap",
		},
	} {
		want := plain(t, run(t, defaults(testkit.Capture(t, name))).traces)
		require.NotEmpty(t, want)
		for _, other := range others {
			assert.Equal(t, want, plain(t, run(t, defaults(testkit.Capture(t, other))).traces), other)
		}
	}
}

// plain is the batches as text, without the ids that were made here.
func plain(t testing.TB, batches []ptrace.Traces) []string {
	t.Helper()
	roots := map[pcommon.SpanID]bool{} // of spans made here: whether their trace is, too
	for s := range everySpan(batches) {
		roots[s.SpanID()] = s.ParentSpanID().IsEmpty()
	}
	for s := range everySpan(batches) {
		root, here := roots[s.ParentSpanID()]
		if root || s.ParentSpanID().IsEmpty() {
			s.SetTraceID(pcommon.TraceID{})
		}
		if here {
			s.SetParentSpanID(pcommon.SpanID{0xff})
		}
		s.SetSpanID(pcommon.SpanID{})
	}
	var lines []string
	for _, batch := range batches {
		text, err := (&ptrace.JSONMarshaler{}).MarshalTraces(batch)
		require.NoError(t, err)
		lines = append(lines, string(text))
	}
	return lines
}

func everySpan(batches []ptrace.Traces) iter.Seq[ptrace.Span] {
	return func(yield func(ptrace.Span) bool) {
		for _, batch := range batches {
			for _, rs := range batch.ResourceSpans().All() {
				for _, ss := range rs.ScopeSpans().All() {
					for _, s := range ss.Spans().All() {
						if !yield(s) {
							return
						}
					}
				}
			}
		}
	}
}
