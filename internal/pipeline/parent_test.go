//go:build linux && (amd64 || arm64)

package pipeline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// requireParents checks that every parent, and every span linked to, is a span that was
// emitted, unless its context came over the wire.
func requireParents(t *testing.T, spans []span.Span) (server, client []span.Span) {
	t.Helper()
	traces := map[[8]byte][16]byte{}
	for i := range spans {
		traces[spans[i].SpanID] = spans[i].TraceID
	}
	require.Len(t, traces, len(spans), "span ids differ")
	for i := range spans {
		s := &spans[i]
		evidence := text(s, span.ParentEvidence)
		require.Equal(t, s.Parent == [8]byte{}, evidence == "", "a parent stands on evidence")
		if evidence != "" && evidence != string(correlate.Wire) {
			require.Contains(t, traces, s.Parent, "a parent that does not exist")
			require.Equal(t, traces[s.Parent], s.TraceID)
		}
		for _, l := range s.Links {
			if l.Evidence != correlate.Wire {
				require.Contains(t, traces, l.SpanID, "a link to what does not exist")
				require.Equal(t, traces[l.SpanID], l.TraceID)
			}
		}
		if s.Kind == span.Server {
			server = append(server, *s)
		} else {
			client = append(client, *s)
		}
	}
	return server, client
}

func TestServerIsTheClientsChild(t *testing.T) {
	b := newBench(t, Config{})
	c, s := b.pair(1)
	for range 3 { // keep-alive
		c.say(event.Egress, get, -1)
		s.say(event.Ingress, get, -1)
		s.say(event.Egress, hello, -1)
		require.Len(t, b.waiting, 1, "the client's end is not over")
		c.say(event.Ingress, hello, -1)
		b.pass(time.Millisecond)
		require.Empty(t, b.waiting)
	}
	server, client := requireParents(t, b.finish(t))
	require.Len(t, server, 3)
	for i := range server {
		require.Equal(t, client[i].SpanID, server[i].Parent)
		require.Equal(t, "flow", text(&server[i], span.ParentEvidence))
		require.GreaterOrEqual(t, server[i].Start, client[i].Start)
	}
}

// Pipelined requests share one message; each server span has its own parent.
func TestPipelinedParents(t *testing.T) {
	b := newBench(t, Config{})
	c, s := b.pair(1)
	c.say(event.Egress, get+get+get, -1)
	s.say(event.Ingress, get+get+get, -1)
	s.say(event.Egress, hello+hello+hello, -1)
	c.say(event.Ingress, hello+hello+hello, -1)
	server, client := requireParents(t, b.finish(t))
	require.Len(t, server, 3)
	for i := range server {
		require.Equal(t, client[i].SpanID, server[i].Parent)
	}
}

// A client whose span nobody wants is nobody's parent, whenever that turns out.
func TestParentThatIsFiltered(t *testing.T) {
	for name, early := range map[string]bool{"known at once": true, "known late": false} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Config{Exclude: []selection.Rule{{Service: "loader"}}})
			c, s := b.pair(1)
			c.comm, c.tgid = "loader", 0
			if early {
				c.own(8)
			}
			c.say(event.Egress, get, -1)
			s.say(event.Ingress, get, -1)
			s.own(9)
			s.say(event.Egress, hello, -1)
			c.say(event.Ingress, hello, -1)
			c.own(8)
			server, client := requireParents(t, b.finish(t))
			require.Empty(t, client)
			require.Len(t, server, 1)
			require.Zero(t, server[0].Parent)
		})
	}
}

// Without the rest of the client's end the server's span does not wait for ever.
func TestParentThatIsNeverOver(t *testing.T) {
	b := newBench(t, Config{})
	c, s := b.pair(1)
	c.say(event.Egress, get, -1)
	s.say(event.Ingress, get, -1)
	s.say(event.Egress, hello, -1)
	b.pass(100 * time.Millisecond)
	require.Len(t, b.waiting, 1)
	b.pass(500 * time.Millisecond)
	require.Empty(t, b.waiting)
	server, client := requireParents(t, b.finish(t))
	require.Len(t, server, 1)
	require.Empty(t, client)
	require.Zero(t, server[0].Parent)
	require.NotZero(t, server[0].TraceID)
}

// At the end everything that waits is settled, parents first.
func TestParentsAtTheEnd(t *testing.T) {
	b := newBench(t, Config{})
	c, s := b.pair(1)
	c.tgid = 0 // the client waits for its owner, the server for the client
	c.say(event.Egress, get, -1)
	s.say(event.Ingress, get, -1)
	s.say(event.Egress, hello, -1)
	c.say(event.Ingress, hello, -1)
	require.Len(t, b.waiting, 2)
	server, client := requireParents(t, b.finish(t))
	require.Equal(t, client[0].SpanID, server[0].Parent)
}

func TestClientElsewhere(t *testing.T) {
	b := newBench(t, Config{})
	_, s := b.pair(1)
	s.say(event.Ingress, get, -1)
	s.say(event.Egress, hello, -1)
	require.Empty(t, b.waiting, "there is nobody to wait for")
	server, _ := requireParents(t, b.finish(t))
	require.Zero(t, server[0].Parent)
}
