package clustertest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// ready is what is asked for before anything is counted.
const ready = "/ready"

// warm calls every process from its own node, but from outside of what is read there, until the node's agent knows it by its
// name: on a machine with much to do the look-up of a process may end after its first requests. What the gateways have
// counted by then is the ground that everything later is counted from.
func (c *cluster) warm(t *testing.T) {
	t.Helper()
	want := figures{} // calls by service
	for _, s := range c.services {
		at := testkit.Place{NetNS: c.nodes[s.node].NetNS}
		testkit.Poll(t, patience, "the name of "+s.name, func() bool {
			query := fmt.Sprintf("%s-%d", s.listen, want.sum())
			at.Run(t, "curl", "--silent", "--show-error", "--fail", "http://"+s.listen+ready+"?"+query)
			var span testkit.Spans
			testkit.Poll(t, patience, "the span of "+query, func() bool {
				span = c.everything(t).With("url.query", query)
				return len(span) > 0
			})
			want[span.One(t).Service]++
			return span[0].Service == s.name
		})
	}
	testkit.Poll(t, patience, "the first figures", func() bool {
		got := c.results(t)
		return got.calls.sum() == want.sum() && got.edges.sum() == want.sum()
	})
	got := c.results(t)
	for name, count := range want {
		assert.Equal(t, count, got.calls[name+" SPAN_KIND_SERVER STATUS_CODE_UNSET"])
		require.Equal(t, count, got.edges["user "+name+" virtual_node false"], "somebody without a context, from elsewhere")
	}
	c.before = got
}

func (f figures) sum() (all int64) {
	for _, value := range f {
		all += value
	}
	return all
}

// without takes away what was there before.
func (f figures) without(before figures) figures {
	rest := figures{}
	for name, value := range f {
		if value -= before[name]; value != 0 {
			rest[name] = value
		}
	}
	return rest
}
