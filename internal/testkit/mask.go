package testkit

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Mask removes from the traces what differs from host to host or run to run,
// before they are written or compared.
type Mask func(ptrace.Traces)

// MaskResource replaces the values of these resource attributes by "*".
func MaskResource(keys ...string) Mask {
	return func(traces ptrace.Traces) {
		for _, rs := range traces.ResourceSpans().All() {
			maskMap(rs.Resource().Attributes(), keys)
		}
	}
}

// MaskAttrs replaces the values of these span attributes by "*".
func MaskAttrs(keys ...string) Mask {
	return func(traces ptrace.Traces) {
		eachSpan(traces, func(s ptrace.Span) { maskMap(s.Attributes(), keys) })
	}
}

// MaskTimes sets all start and end times to zero. Spans of captures have the
// capture's own times and do not need it.
func MaskTimes() Mask {
	return func(traces ptrace.Traces) {
		eachSpan(traces, func(s ptrace.Span) {
			s.SetStartTimestamp(0)
			s.SetEndTimestamp(0)
		})
	}
}

func maskMap(m pcommon.Map, keys []string) {
	for _, key := range keys {
		if v, ok := m.Get(key); ok {
			v.SetStr("*")
		}
	}
}

func eachSpan(traces ptrace.Traces, do func(ptrace.Span)) {
	for _, rs := range traces.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				do(s)
			}
		}
	}
}
