//go:build linux && (amd64 || arm64)

package pipeline

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// stepped is a request whose client span is made before the wall clock is stepped,
// and whose server span is made after that.
func stepped(t *testing.T, by time.Duration) (server, client span.Span) {
	b := newBench(t, Config{})
	b.clock.offset = int64(1000 * time.Hour)
	c, s := b.pair(1)
	s.tgid = 0
	passes(c, s, get)
	b.clock.now += int64(20 * time.Millisecond)
	passes(s, c, hello)
	require.Equal(t, 1, b.batch.spans.Len(), "the client's; the server waits for its owner")
	b.clock.step = int64(by)
	b.pass(time.Millisecond)
	require.Equal(t, int64(1000*time.Hour+by), b.clock.offset)
	require.EqualValues(t, 1, b.Stats().ClockSteps)
	s.own(9)
	servers, clients := requireParents(t, b.finish(t))
	require.Len(t, servers, 1)
	require.Len(t, clients, 1)
	require.Equal(t, clients[0].SpanID, servers[0].Parent)
	return servers[0], clients[0]
}

func TestStepBackwards(t *testing.T) {
	server, client := stepped(t, -time.Hour)
	require.Equal(t, client.Start, server.Start, "never before its client")
	require.Equal(t, 20*ms+1000, int64(server.End-server.Start), "as long as it was")
	require.Equal(t, 20*ms+3000, int64(client.End-client.Start))
}

func TestStepForwards(t *testing.T) {
	server, client := stepped(t, time.Hour)
	require.Equal(t, uint64(time.Hour)+1000, server.Start-client.Start)
	require.Equal(t, 20*ms+1000, int64(server.End-server.Start))
}

// A server's span that could not wait for its client's does not move that.
func TestClientAfterServerStaysWhereItWas(t *testing.T) {
	b := newBench(t, Config{})
	c, s := b.pair(1)
	passes(c, s, get)
	s.say(event.Egress, hello, -1)
	b.pass(time.Second)
	require.Empty(t, b.waiting)
	c.say(event.Ingress, hello, -1)
	server, client := requireParents(t, b.finish(t))
	require.Zero(t, server[0].Parent)
	require.Equal(t, server[0].Start-1000, client[0].Start, "sent before it came")
}

// However often the clock is stepped: no server before its client, no span stretched.
func TestManySteps(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	b := newBench(t, Config{Queue: 1000})
	b.clock.offset = int64(1e6 * time.Hour)
	type taken struct{ server, client int64 }
	took := map[string]taken{}
	for i := range uint64(500) {
		path := fmt.Sprintf("/%d", i)
		c, s := b.pair(i + 1)
		late := rng.IntN(2) == 0
		if late {
			s.tgid = 0
		}
		if rng.IntN(4) == 0 {
			c.tgid = 0
		}
		begun := b.clock.now
		passes(c, s, ask(path))
		b.clock.now += rng.Int64N(50 * ms)
		passes(s, c, hello)
		took[path] = taken{b.clock.now - begun - 3000, b.clock.now - begun - 1000}
		if rng.IntN(2) == 0 {
			b.clock.step = rng.Int64N(int64(2*time.Hour)) - int64(time.Hour)
		}
		b.pass(time.Duration(rng.Int64N(300 * ms)))
		if late {
			s.own(9)
		}
	}
	server, client := requireParents(t, b.finish(t))
	require.Len(t, server, 500)
	require.Len(t, client, 500)
	moved := 0
	for i := range server {
		s, c := &server[i], of(t, client, pathOf(&server[i]))
		require.Equal(t, c.SpanID, s.Parent)
		require.GreaterOrEqual(t, s.Start, c.Start)
		require.Equal(t, took[pathOf(s)], taken{int64(s.End - s.Start), int64(c.End - c.Start)})
		if s.Start == c.Start {
			moved++
		}
	}
	require.Greater(t, moved, 20, "the clock was stepped back between the two")
}
