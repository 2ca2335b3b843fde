package testkit

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Canonical is a copy of the traces in a form that is the same for the same
// spans, however they were batched: one ResourceSpans per resource and scope, all
// sorted; the scope's version blank; and random ids numbered. Ids that came over the wire
// (a parent that is not among the spans, and its trace) stay as they are.
func Canonical(batches []ptrace.Traces, masks ...Mask) ptrace.Traces {
	merged := ptrace.NewTraces()
	homes := map[string]ptrace.SpanSlice{}
	for _, batch := range batches {
		own := ptrace.NewTraces()
		batch.CopyTo(own)
		for _, mask := range masks {
			mask(own)
		}
		for _, rs := range own.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				ss.Scope().SetVersion("")
				spansOf(merged, homes, rs, ss)
			}
		}
	}
	eachSpan(merged, func(s ptrace.Span) { sortMap(s.Attributes()) })
	number(sorted(merged))
	return merged
}

// spansOf moves the spans of ss to the slice for their resource and scope.
func spansOf(merged ptrace.Traces, homes map[string]ptrace.SpanSlice, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans) {
	key := rawJSON(rs.Resource().Attributes()) + rs.SchemaUrl() + "\n" +
		rawJSON(ss.Scope().Attributes()) + ss.Scope().Name() + "\n" + ss.SchemaUrl()
	home, ok := homes[key]
	if !ok {
		r := merged.ResourceSpans().AppendEmpty()
		rs.Resource().CopyTo(r.Resource())
		sortMap(r.Resource().Attributes())
		r.SetSchemaUrl(rs.SchemaUrl())
		s := r.ScopeSpans().AppendEmpty()
		ss.Scope().CopyTo(s.Scope())
		s.SetSchemaUrl(ss.SchemaUrl())
		home = s.Spans()
		homes[key] = home
	}
	ss.Spans().MoveAndAppendTo(home)
}

// sorted sorts the resources, and the spans of each by time, and lists all
// spans in the order of time.
func sorted(traces ptrace.Traces) []ptrace.Span {
	traces.ResourceSpans().Sort(func(a, b ptrace.ResourceSpans) bool {
		return resourceKey(a) < resourceKey(b)
	})
	var all []ptrace.Span
	for _, rs := range traces.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			ss.Spans().Sort(func(a, b ptrace.Span) bool { return compareSpans(a, b) < 0 })
			for _, s := range ss.Spans().All() {
				all = append(all, s)
			}
		}
	}
	slices.SortStableFunc(all, compareSpans)
	return all
}

func resourceKey(rs ptrace.ResourceSpans) string {
	key := rawJSON(rs.Resource().Attributes()) + rs.SchemaUrl()
	for _, ss := range rs.ScopeSpans().All() {
		key += "\n" + ss.Scope().Name() + "\n" + rawJSON(ss.Scope().Attributes()) + ss.SchemaUrl()
	}
	return key
}

func compareSpans(a, b ptrace.Span) int {
	return cmp.Or(
		cmp.Compare(a.StartTimestamp(), b.StartTimestamp()),
		cmp.Compare(a.EndTimestamp(), b.EndTimestamp()),
		cmp.Compare(a.Kind(), b.Kind()),
		cmp.Compare(a.Name(), b.Name()),
		cmp.Compare(rawJSON(a.Attributes()), rawJSON(b.Attributes())),
	)
}

// number replaces the ids that were made here by numbers in the order of the spans.
func number(spans []ptrace.Span) {
	ours := map[pcommon.SpanID]pcommon.SpanID{}
	for _, s := range spans {
		if _, ok := ours[s.SpanID()]; !ok && !s.SpanID().IsEmpty() {
			ours[s.SpanID()] = spanNumber(len(ours) + 1)
		}
	}
	traces := map[pcommon.TraceID]pcommon.TraceID{}
	for _, s := range spans {
		if _, ok := ours[s.ParentSpanID()]; !ok && !s.ParentSpanID().IsEmpty() {
			traces[s.TraceID()] = s.TraceID() // it came over the wire
		}
	}
	made := 0
	for _, s := range spans {
		if _, ok := traces[s.TraceID()]; !ok {
			made++
			traces[s.TraceID()] = traceNumber(made)
		}
	}
	for _, s := range spans {
		s.SetTraceID(traces[s.TraceID()])
		s.SetSpanID(ours[s.SpanID()]) // none stays none
		if parent, ok := ours[s.ParentSpanID()]; ok {
			s.SetParentSpanID(parent)
		}
		numberLinks(s.Links(), traces, ours)
	}
}

func numberLinks(links ptrace.SpanLinkSlice, traces map[pcommon.TraceID]pcommon.TraceID, spans map[pcommon.SpanID]pcommon.SpanID) {
	for _, l := range links.All() {
		if id, ok := traces[l.TraceID()]; ok {
			l.SetTraceID(id)
		}
		if id, ok := spans[l.SpanID()]; ok {
			l.SetSpanID(id)
		}
	}
}

func spanNumber(n int) (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], uint64(n))
	return id
}

func traceNumber(n int) (id pcommon.TraceID) {
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

// rawJSON is the attributes with sorted keys; they hold nothing that JSON cannot.
func rawJSON(m pcommon.Map) string {
	data, err := json.Marshal(m.AsRaw())
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// sortMap puts the attributes in the order of their keys.
func sortMap(m pcommon.Map) {
	keys := make([]string, 0, m.Len())
	for key := range m.All() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	ordered := pcommon.NewMap()
	for _, key := range keys {
		v, _ := m.Get(key)
		v.CopyTo(ordered.PutEmpty(key))
	}
	ordered.MoveTo(m)
}
