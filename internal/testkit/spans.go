package testkit

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Spans is a list of spans to search.
type Spans []Span

// Where is the spans for which keep holds.
func (all Spans) Where(keep func(Span) bool) Spans {
	var kept Spans
	for _, s := range all {
		if keep(s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// Kind is the spans of one kind: "Server", "Client", "Internal".
func (all Spans) Kind(kind string) Spans {
	return all.Where(func(s Span) bool { return s.Kind == kind })
}

// With is the spans whose attribute has this value (integers as int or int64).
func (all Spans) With(key string, value any) Spans {
	if n, ok := value.(int); ok {
		value = int64(n)
	}
	return all.Where(func(s Span) bool { return s.Has(key) && s.Attrs[key] == value })
}

// Of is the spans of one process.
func (all Spans) Of(pid int) Spans {
	return all.Where(func(s Span) bool { return s.Resource["process.pid"] == int64(pid) })
}

// Find is the first span for which match holds.
func (all Spans) Find(match func(Span) bool) (Span, bool) {
	i := slices.IndexFunc(all, match)
	if i < 0 {
		return Span{}, false
	}
	return all[i], true
}

// One is the only span of the list; the test fails when there is none or more.
func (all Spans) One(t testing.TB) Span {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("want one span, got %d:\n%s", len(all), all)
	}
	return all[0]
}

// String is one line per span, for messages.
func (all Spans) String() string {
	var b strings.Builder
	for _, s := range all {
		fmt.Fprintf(&b, "%s %s %q %v (%s, parent %q) %v\n", s.Service, s.Kind, s.Name, s.Took(), s.StatusCode, s.Parent, s.Attrs)
	}
	return b.String()
}
