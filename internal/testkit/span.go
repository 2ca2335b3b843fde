package testkit

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Span is a span with its resource, flat and detached from pdata. Attribute
// values are string, int64, bool, float64 or []any.
type Span struct {
	// Service is the resource's service.name.
	Service  string
	Resource map[string]any
	// Scope is the name of the instrumentation scope.
	Scope string
	Name  string
	// Kind is "Server", "Client", "Internal", ...
	Kind       string
	Attrs      map[string]any
	Start, End time.Time
	// TraceID, SpanID and Parent are lower-case hex; empty when not set.
	TraceID, SpanID, Parent string
	TraceState              string
	Flags                   uint32
	// StatusCode is "Unset", "Ok" or "Error".
	StatusCode string
	Links      []Link
}

// Link is a span's reference to another one.
type Link struct {
	TraceID, SpanID string
	Attrs           map[string]any
}

// Str is a string attribute; empty when absent or of another type.
func (s Span) Str(key string) string { v, _ := s.Attrs[key].(string); return v }

// Int is an integer attribute; 0 when absent or of another type.
func (s Span) Int(key string) int64 { v, _ := s.Attrs[key].(int64); return v }

// Has tells whether the span has the attribute.
func (s Span) Has(key string) bool { _, ok := s.Attrs[key]; return ok }

// Took is the span's duration.
func (s Span) Took() time.Duration { return s.End.Sub(s.Start) }

// Flatten lists the spans of all these traces in their order.
func Flatten(all ...ptrace.Traces) Spans {
	var spans Spans
	for _, traces := range all {
		for _, rs := range traces.ResourceSpans().All() {
			resource := rs.Resource().Attributes().AsRaw()
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					one := flat(s)
					one.Resource, one.Scope = resource, ss.Scope().Name()
					one.Service, _ = resource["service.name"].(string)
					spans = append(spans, one)
				}
			}
		}
	}
	return spans
}

func flat(s ptrace.Span) Span {
	return Span{
		Name: s.Name(), Kind: s.Kind().String(), Attrs: s.Attributes().AsRaw(),
		Start: s.StartTimestamp().AsTime(), End: s.EndTimestamp().AsTime(),
		TraceID: s.TraceID().String(), SpanID: s.SpanID().String(), Parent: s.ParentSpanID().String(),
		TraceState: s.TraceState().AsRaw(), Flags: s.Flags(), StatusCode: s.Status().Code().String(),
		Links: flatLinks(s.Links()),
	}
}

func flatLinks(links ptrace.SpanLinkSlice) []Link {
	var flat []Link
	for _, l := range links.All() {
		flat = append(flat, Link{TraceID: l.TraceID().String(), SpanID: l.SpanID().String(), Attrs: l.Attributes().AsRaw()})
	}
	return flat
}
