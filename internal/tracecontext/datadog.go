package tracecontext

import (
	"bytes"
	"encoding/binary"
)

// parseDatadog reads the x-datadog fields
// (https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/).
// The ids are decimal and become the lower half of the trace id and the span
// id, big-endian, as in the Collector's datadog receiver
// (https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/receiver/datadogreceiver);
// the upper half is in a tag. That receiver, too, uses it, once its feature
// gate for 128-bit trace ids is on.
//
// Priorities above zero keep the trace. Without one, the receiver decides. A
// trace that began outside of any span (parent 0) has no context.
func parseDatadog(v *values) (c Context, ok bool) {
	trace, ok := decimal(v[datadogTraceID])
	if !ok || trace == 0 {
		return Context{}, false
	}
	span, ok := decimal(v[datadogParentID])
	if !ok || span == 0 {
		return Context{}, false
	}
	binary.BigEndian.PutUint64(c.TraceID[8:], trace)
	binary.BigEndian.PutUint64(c.SpanID[:], span)
	upperHalf(c.TraceID[:8], v[datadogTags])

	priority, negative := bytes.CutPrefix(v[datadogPriority], []byte{'-'})
	if len(priority) == 0 && !negative {
		c.deferSampling()
		return c, true
	}
	n, ok := decimal(priority)
	if !ok {
		return Context{}, false
	}
	if n > 0 && !negative {
		c.Flags = Sampled
	}
	return c, true
}

// upperHalf finds _dd.p.tid among the tags, 16 lower-case hex digits. A malformed one
// counts as absent, as it does for Datadog's tracers.
func upperHalf(id, tags []byte) {
	for more := true; more; {
		var pair []byte
		pair, tags, more = cut(tags, ',')
		key, value, _ := cut(trim(pair), '=')
		var half [8]byte
		if string(key) == "_dd.p.tid" && decodeSpanID(&half, value) {
			copy(id, half[:])
			return
		}
	}
}
