package topology

import (
	"fmt"
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// EvidenceKey is the attribute that says what a parent stands on.
const EvidenceKey = "beyla.parent.evidence"

// judge compares spans with the truth.
type judge struct {
	truth    *truth
	byID     map[string]testkit.Span
	byEnd    map[end]testkit.Span
	traces   map[string]string // entry path by trace
	mixed    map[string]bool
	right    struct{ connection, process int }
	result   Result
	mistakes []Mistake
}

func endOf(s testkit.Span) end { return end{path: pathOf(s), server: s.Kind == "Server"} }

// assess fills in what the spans of a run are worth; the row's name and concurrency are the caller's.
func assess(t *truth, spans testkit.Spans) (Result, []Mistake) {
	j := &judge{
		truth: t, byID: make(map[string]testkit.Span), byEnd: make(map[end]testkit.Span),
		traces: make(map[string]string), mixed: make(map[string]bool),
		result: Result{Evidence: make(map[string]int), Requests: len(t.by)},
	}
	for _, s := range spans {
		j.index(s)
	}
	for _, s := range spans {
		if endOf(s).path != "" {
			j.parent(s)
			j.links(s)
		}
	}
	j.total()
	return j.result, j.mistakes
}

// index notes a span and what is wrong with it by itself.
func (j *judge) index(s testkit.Span) {
	e := endOf(s)
	j.byID[s.SpanID] = s
	if e.path == "" {
		return
	}
	j.result.Spans++
	if _, ok := j.byEnd[e]; ok {
		j.result.Faults.Doubled++
		return
	}
	j.byEnd[e] = s
	switch name := j.truth.by[e]; {
	case name == "":
		j.result.Faults.Invented++
	case name == s.Service:
	case j.truth.names[s.Service]:
		j.result.Faults.Misattributed++
	default:
		j.result.Nameless++
	}
	entry := entryOf(e.path)
	if other, ok := j.traces[s.TraceID]; ok && other != entry {
		j.mixed[s.TraceID] = true
	}
	j.traces[s.TraceID] = entry
}

// parent judges the parent of one span.
func (j *judge) parent(s testkit.Span) {
	if s.Parent == "" {
		return
	}
	e := endOf(s)
	j.result.Parents++
	j.result.Evidence[s.Str(EvidenceKey)]++
	up, exists := j.byID[s.Parent]
	want, ok := parent(e)
	carrier, remote := j.truth.remote[s.Parent]
	switch {
	case exists && ok && endOf(up) == want:
		j.edge(s, up)
	case remote && carrier == e.path && !e.server:
		j.carried(e)
	case remote && entryOf(carrier) == entryOf(e.path) && strings.HasPrefix(e.path, carrier):
		j.result.Shallow++
	default:
		if !exists {
			j.result.Faults.Dangling++
		}
		j.wrong(s, up)
	}
}

// edge counts a right parent among the spans.
func (j *judge) edge(s, up testkit.Span) {
	if s.TraceID != up.TraceID {
		j.result.Faults.TraceBreaks++
	}
	if e := endOf(s); !e.server {
		j.inside(e)
		return
	}
	j.right.connection++
	if s.Start.Before(up.Start) {
		j.result.Faults.Early++
	}
}

// carried counts a right parent that the header names: it stands for the process edge, if there is one.
func (j *judge) carried(e end) {
	if up, ok := parent(e); ok && j.truth.by[up] != "" {
		j.inside(e)
	}
}

// inside counts a right parent within a process.
func (j *judge) inside(e end) {
	if !warming(e.path) {
		j.right.process++
	}
}

func (j *judge) wrong(s, up testkit.Span) {
	j.result.Wrong++
	j.mistakes = append(j.mistakes, Mistake{Child: describe(s), Parent: describe(up), Evidence: s.Str(EvidenceKey)})
}

func describe(s testkit.Span) string {
	if s.SpanID == "" {
		return ""
	}
	return fmt.Sprintf("%s of %s for %s, span %s of trace %s, from %s for %v: %v", s.Kind, s.Service, pathOf(s),
		s.SpanID, s.TraceID, s.Start.Format("15:04:05.000000"), s.Took(), s.Attrs)
}

func (j *judge) links(s testkit.Span) {
	for _, l := range s.Links {
		want, ok := parent(endOf(s))
		if up, exists := j.byID[l.SpanID]; exists && ok && endOf(up) == want {
			j.result.LinksRight++
		} else {
			j.result.LinksWrong++
		}
	}
}

func (j *judge) total() {
	r := &j.result
	connection, process := j.truth.edges()
	right := j.right.connection + j.right.process
	r.Missing = connection + process - right
	r.Precision = 1 - share(r.Wrong, r.Parents)
	if r.Parents == 0 {
		r.Precision = 1
	}
	r.Recall = share(right, connection+process)
	r.ConnectionRecall = share(j.right.connection, connection)
	r.ProcessRecall = share(j.right.process, process)
	r.Faults.MixedTraces = len(j.mixed)
	for e := range j.truth.by {
		if _, ok := j.byEnd[e]; !ok {
			r.NotSeen++
		}
	}
}
