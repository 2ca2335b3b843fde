package clustertest

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// requests are sent, of which those whose number ends in 7 fail.
const (
	requests = 100
	failed   = requests / 10
	answered = requests - failed
)

// TestGateways: requests that pass three nodes are one trace each, with the parents that their headers say between nodes and
// those that were seen within one; what SDKs export is part of it. All of a trace is at one gateway, where each request is counted
// once by span_metrics and is one edge of service_graph, and tail sampling keeps the traces with errors, whole.
func TestGateways(t *testing.T) {
	c := newCluster(t)
	carried := c.load(t, requests)
	c.export(t)

	want := c.expected()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("wanted %+v, came to %+v", want, c.results(t))
		}
	})
	testkit.Poll(t, patience, "the gateways to have all", func() bool {
		got := c.results(t)
		return got.spans >= want.spans && got.kept >= want.kept && maps.Equal(got.calls, want.calls) && maps.Equal(got.edges, want.edges)
	})
	for _, one := range append(c.agents, c.gateways...) {
		one.end(t)
	}
	require.Equal(t, want, c.results(t), "after the end nothing comes on top")

	t.Run("one trace over three nodes", func(t *testing.T) { c.traces(t, carried) })
	t.Run("one gateway per trace", c.balanced)
	t.Run("errors are kept", c.kept)
	t.Run("services are what is counted", c.counted)
}

// results are the numbers that the gateways came to, together.
type results struct {
	spans, kept  int
	calls, edges figures
}

func (c *cluster) results(t *testing.T) (r results) {
	t.Helper()
	r.calls, r.edges = figures{}, figures{}
	r.spans = len(c.all(t))
	for i, g := range c.gateways {
		r.kept += len(g.spans(t, "kept.json"))
		metrics := c.file(i, "metrics.json")
		r.calls = total(r.calls, counters(t, metrics, "traces.span.metrics.calls", "service.name", "span.kind", "status.code"))
		r.edges = total(r.edges, counters(t, metrics, "traces_service_graph_request_total", "client", "server", "connection_type", "failed"))
	}
	r.calls, r.edges = r.calls.without(c.before.calls), r.edges.without(c.before.edges)
	return r
}

// expected is what was sent, counted.
func (c *cluster) expected() results {
	r := results{
		// Both ends of each hop but the first one's client, which is outside; and the SDKs', which nginx has none of.
		spans: (7+5)*answered + (5+4)*failed,
		kept:  (5 + 4) * failed,
		calls: figures{},
		edges: figures{
			// The other end is on another node: by the name that was called.
			"a b virtual_node false": answered, "a b virtual_node true": failed,
			"b nginx virtual_node false": answered, "b nginx virtual_node true": failed,
			// Both ends on one node, by both of them.
			"nginx c  false": answered,
		},
	}
	for _, end := range []string{"a SPAN_KIND_SERVER", "a SPAN_KIND_CLIENT", "b SPAN_KIND_SERVER", "b SPAN_KIND_CLIENT", "nginx SPAN_KIND_SERVER"} {
		r.calls[end+" STATUS_CODE_UNSET"], r.calls[end+" STATUS_CODE_ERROR"] = answered, failed
	}
	for _, end := range []string{"nginx SPAN_KIND_CLIENT", "c SPAN_KIND_SERVER"} {
		r.calls[end+" STATUS_CODE_UNSET"] = answered
	}
	return r
}

// all are the spans of both gateways, but those of before.
func (c *cluster) all(t *testing.T) testkit.Spans {
	t.Helper()
	return c.everything(t).Where(func(s testkit.Span) bool { return s.Str("url.path") != ready })
}

func (c *cluster) everything(t *testing.T) (all testkit.Spans) {
	t.Helper()
	for _, g := range c.gateways {
		all = append(all, g.spans(t, "all.json")...)
	}
	return all
}

// traces follows every request over the nodes.
func (c *cluster) traces(t *testing.T, carried carried) {
	byTrace := make(map[string]testkit.Spans)
	ids := make(map[string]string)
	for _, s := range c.all(t) {
		byTrace[s.TraceID] = append(byTrace[s.TraceID], s)
		require.NotContains(t, ids, s.SpanID)
		ids[s.SpanID] = s.TraceID
	}
	require.Len(t, byTrace, requests, "each request has a trace, and there are no others")
	seen := make(map[string]bool)
	for id, whole := range byTrace {
		spans := whole.Where(ours)
		end := func(service, kind string) testkit.Span {
			return spans.Kind(kind).Where(func(s testkit.Span) bool { return s.Service == service }).One(t)
		}
		path := end("a", "Server").Str("url.path")
		require.False(t, seen[path], path)
		seen[path] = true
		for _, s := range whole {
			assert.True(t, ids[s.Parent] == id || s.Service == "a" && s.Parent == carried[path], "the parent of %s %s of %s", s.Service, s.Kind, path)
		}
		for _, one := range []struct {
			at               testkit.Span
			parent, evidence string
		}{
			{end("a", "Server"), carried[path], "wire"},
			{end("a", "Client"), carried[path+".1"], "wire"},
			{end("b", "Server"), carried[path+".1"], "wire"}, // from the other node
			{end("b", "Client"), carried[path+".1.1"], "wire"},
			{end("nginx", "Server"), carried[path+".1.1"], "wire"},
		} {
			require.NotEmpty(t, one.parent)
			assert.Equal(t, one.parent, one.at.Parent, "%s %s of %s", one.at.Service, one.at.Kind, path)
			assert.Equal(t, one.evidence, one.at.Str("beyla.parent.evidence"))
		}
		if path[len(path)-1] == '7' {
			assert.Len(t, spans, 5)
			assert.EqualValues(t, 503, end("nginx", "Server").Int("http.response.status_code"))
			assert.EqualValues(t, 502, end("a", "Server").Int("http.response.status_code"))
			continue
		}
		require.Len(t, spans, 7)
		proxied, served := end("nginx", "Client"), end("c", "Server")
		assert.Equal(t, end("nginx", "Server").SpanID, proxied.Parent)
		assert.Equal(t, "forwarded", proxied.Str("beyla.parent.evidence"))
		assert.Equal(t, proxied.SpanID, served.Parent)
		assert.Equal(t, "flow", served.Str("beyla.parent.evidence"))
	}
}

// balanced: no trace is at both gateways, and both have some.
func (c *cluster) balanced(t *testing.T) {
	at := make(map[string]int)
	for i, g := range c.gateways {
		spans := g.spans(t, "all.json")
		assert.NotEmpty(t, spans)
		for _, s := range spans {
			before, known := at[s.TraceID]
			assert.True(t, !known || before == i, "trace %s is at both gateways", s.TraceID)
			at[s.TraceID] = i
		}
	}
}

// kept: of a trace that has an error all spans, of another none.
func (c *cluster) kept(t *testing.T) {
	want, got := figures{}, figures{}
	all := c.all(t)
	for _, s := range all.Kind("Server").With("http.response.status_code", 503) {
		want[s.TraceID] = 0
	}
	for _, s := range all {
		if _, kept := want[s.TraceID]; kept {
			want[s.TraceID]++
		}
	}
	require.Len(t, want, failed)
	for _, g := range c.gateways {
		for _, s := range g.spans(t, "kept.json") {
			got[s.TraceID]++
		}
	}
	assert.Equal(t, want, got)
}

// counted: what the series are of is the service, whichever process of it, and the gateway that wrote them.
func (c *cluster) counted(t *testing.T) {
	for i := range c.gateways {
		gateway := fmt.Sprintf("gateway-%d", i)
		for _, md := range readMetrics(t, c.file(i, "metrics.json")) {
			for p := range points(md, "traces.span.metrics.calls") {
				service := p.attributes["service.name"]
				require.Equal(t, map[string]any{"service.name": service, "service.instance.id": gateway}, p.resource)
			}
			for p := range points(md, "traces_service_graph_request_total") {
				require.Equal(t, map[string]any{"service.instance.id": gateway}, p.resource)
			}
		}
	}
}
