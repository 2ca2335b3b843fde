package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// said is the account of an entry that calls a leaf once and polls it.
func said() *truth {
	t := newTruth()
	t.read("load", "sent /w/101\n")
	t.read("entry", "served /w/101\nsent /w/101.1\nsent /bg/entry/1-1\nlistening on port 80\n")
	t.read("leaf", "served /w/101.1\nserved /bg/entry/1-1\n")
	return t
}

// clock is some time, in milliseconds since some other.
func clock(ms int) time.Time { return time.UnixMilli(1_700_000_000_000 + int64(ms)) }

func span(service, kind, path, id, parent string, ms int) testkit.Span {
	s := testkit.Span{
		Service: service, Kind: kind, TraceID: "one", SpanID: id, Parent: parent, Start: clock(ms),
		Attrs: map[string]any{"url.path": path},
	}
	if kind == "Client" {
		s.Attrs = map[string]any{"url.full": "http://[::1]:80" + path + "?q=1"}
	}
	if parent != "" {
		s.Attrs[EvidenceKey] = "flow"
	}
	return s
}

// perfect is what a receiver that knows everything makes of it.
func perfect() testkit.Spans {
	all := testkit.Spans{
		span("load", "Client", "/w/101", "a", "", 0),
		span("entry", "Server", "/w/101", "b", "a", 1),
		span("entry", "Client", "/w/101.1", "c", "b", 2),
		span("leaf", "Server", "/w/101.1", "d", "c", 3),
		span("entry", "Client", "/bg/entry/1-1", "e", "", 2),
		span("leaf", "Server", "/bg/entry/1-1", "f", "e", 3),
		span("other", "Client", "/elsewhere", "g", "", 3),
	}
	all[4].TraceID, all[5].TraceID = "two", "two"
	return all
}

func TestAssessPerfectSpans(t *testing.T) {
	r, mistakes := assess(said(), perfect())
	assert.Empty(t, mistakes)
	assert.Equal(t, Result{
		Parents: 4, Precision: 1, Recall: 1, ConnectionRecall: 1, ProcessRecall: 1,
		Evidence: map[string]int{"flow": 4}, Requests: 6, Spans: 6,
	}, r)
}

// TestAssessFinds: each thing that may be wrong is told, and nothing else.
func TestAssessFinds(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*truth, testkit.Spans) testkit.Spans
		want  func(*Result)
	}{
		"a missing process edge": {
			func(_ *truth, all testkit.Spans) testkit.Spans {
				all[2].Parent, all[2].TraceID, all[3].TraceID = "", "three", "three"
				return all
			},
			func(r *Result) { r.Parents, r.Missing, r.Recall, r.ProcessRecall = 3, 1, 0.75, 0 },
		},
		"the background under a request": {
			func(_ *truth, all testkit.Spans) testkit.Spans {
				all[4].Parent, all[4].TraceID, all[5].TraceID = "b", "one", "one"
				return all
			},
			func(r *Result) { r.Parents, r.Wrong, r.Precision, r.Faults.MixedTraces = 5, 1, 0.8, 1 },
		},
		"a grandparent": {
			func(_ *truth, all testkit.Spans) testkit.Spans { all[2].Parent = "a"; return all },
			func(r *Result) {
				r.Wrong, r.Missing, r.Precision, r.Recall, r.ProcessRecall = 1, 1, 0.75, 0.75, 0
			},
		},
		"a parent that does not exist": {
			func(_ *truth, all testkit.Spans) testkit.Spans { all[3].Parent = "z"; return all },
			func(r *Result) {
				r.Wrong, r.Missing, r.Precision, r.Recall = 1, 1, 0.75, 0.75
				r.ConnectionRecall, r.Faults.Dangling = 2.0/3, 1
			},
		},
		"a span that did not come": {
			func(_ *truth, all testkit.Spans) testkit.Spans { return all[:5] },
			func(r *Result) {
				r.Parents, r.Missing, r.Recall, r.ConnectionRecall, r.Spans, r.NotSeen = 3, 1, 0.75, 2.0/3, 5, 1
			},
		},
		"a request twice": {
			func(_ *truth, all testkit.Spans) testkit.Spans {
				return append(all, span("load", "Client", "/w/101", "h", "", 0))
			},
			func(r *Result) { r.Spans, r.Faults.Doubled = 7, 1 },
		},
		"a request that never was": {
			func(_ *truth, all testkit.Spans) testkit.Spans {
				return append(all, span("load", "Client", "/w/102", "h", "", 0))
			},
			func(r *Result) { r.Spans, r.Faults.Invented, r.Faults.MixedTraces = 7, 1, 1 },
		},
		"an edge between two traces": {
			func(_ *truth, all testkit.Spans) testkit.Spans { all[3].TraceID = "three"; return all },
			func(r *Result) { r.Faults.TraceBreaks = 1 },
		},
		"a server before its client": {
			func(_ *truth, all testkit.Spans) testkit.Spans { all[1].Start = clock(-1); return all },
			func(r *Result) { r.Faults.Early = 1 },
		},
		"another service's name": {
			func(_ *truth, all testkit.Spans) testkit.Spans { all[1].Service = "leaf"; return all },
			func(r *Result) { r.Faults.Misattributed = 1 },
		},
		"nobody's name": {
			func(_ *truth, all testkit.Spans) testkit.Spans { all[1].Service = "unknown_service"; return all },
			func(r *Result) { r.Nameless = 1 },
		},
		"links": {
			func(_ *truth, all testkit.Spans) testkit.Spans {
				all[2].Links = []testkit.Link{{SpanID: "b"}}
				all[4].Links = []testkit.Link{{SpanID: "b"}}
				return all
			},
			func(r *Result) { r.LinksRight, r.LinksWrong = 1, 1 },
		},
		"the span in the header of the same request": {
			func(said *truth, all testkit.Spans) testkit.Spans {
				said.read("entry", "remote 5dc /w/101.1\n")
				all[2].Parent = "5dc"
				return all
			},
			func(*Result) {},
		},
		"the span in the header of an earlier request": {
			func(said *truth, all testkit.Spans) testkit.Spans {
				said.read("load", "remote 5dc /w/101\n")
				all[2].Parent = "5dc"
				return all
			},
			func(r *Result) { r.Shallow, r.Missing, r.Recall, r.ProcessRecall = 1, 1, 0.75, 0 },
		},
		"the span in the header of another request": {
			func(said *truth, all testkit.Spans) testkit.Spans {
				said.read("load", "remote 5dc /w/1011\n")
				all[2].Parent = "5dc"
				return all
			},
			func(r *Result) {
				r.Wrong, r.Missing, r.Precision, r.Recall, r.ProcessRecall = 1, 1, 0.75, 0.75, 0
				r.Faults.Dangling = 1
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			account := said()
			spans := c.spoil(account, perfect())
			want, _ := assess(said(), perfect())
			c.want(&want)
			got, mistakes := assess(account, spans)
			got.Evidence, want.Evidence = nil, nil // follows from the parents
			assert.Equal(t, want, got)
			assert.Len(t, mistakes, want.Wrong)
		})
	}
}

func TestRepeatedRequestsAreTold(t *testing.T) {
	said := said()
	assert.Zero(t, said.repeated())
	said.read("load", "sent /w/101\n")
	assert.Equal(t, 1, said.repeated())
}

func TestPaths(t *testing.T) {
	for path, want := range map[string]string{"/w/101": "/w/101", "/w/101.2.1": "/w/101", "/bg/a.b/3.4": "/bg/a.b/3.4"} {
		assert.Equal(t, want, entryOf(path))
	}
	assert.Empty(t, pathOf(span("x", "Client", "/else", "a", "", 0)))
	assert.Equal(t, "/w/101.2", pathOf(span("x", "Client", "/w/101.2", "a", "", 0)))
	for want, attrs := range map[string]map[string]any{
		"/w/17.1":  {"rpc.method": "w/17.1"},
		"/bg/a/1":  {"rpc.method": "_OTHER", "rpc.method_original": "bg/a/1"},
		"/w/17.2":  {"tls.client.server_name": "w--17.2.test"},
		"/bg/a/-2": {"tls.client.server_name": "bg--a---2.test"},
		"":         {"tls.client.server_name": "example.com"},
	} {
		assert.Equal(t, want, pathOf(testkit.Span{Kind: "Server", Attrs: attrs}))
	}
}

// The first requests teach: what is missing of them inside processes is not counted, what is wrong is.
func TestWarmUp(t *testing.T) {
	said := newTruth()
	said.read("load", "sent /w/100\n")
	said.read("entry", "served /w/100\nsent /w/100.1\n")
	result, mistakes := assess(said, testkit.Spans{
		span("load", "Client", "/w/100", "a", "", 0),
		span("entry", "Server", "/w/100", "b", "a", 1),
		span("entry", "Client", "/w/100.1", "c", "", 2),
	})
	assert.Empty(t, mistakes)
	assert.Zero(t, result.Missing)
	assert.InDelta(t, 1, result.ProcessRecall, 0)
	result, _ = assess(said, testkit.Spans{
		span("load", "Client", "/w/100", "a", "", 0),
		span("entry", "Client", "/w/100.1", "c", "a", 2),
	})
	assert.Equal(t, 1, result.Wrong)
}
