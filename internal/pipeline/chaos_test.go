//go:build linux && (amd64 || arm64)

package pipeline

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// chaos is a host of services that call one another, of which some records are
// lost, some connections break, and some answers never come. Paths tell the
// truth: "/7.1.2" was asked for "/7.1", which was asked for "/7".
type chaos struct {
	b    *bench
	rng  *rand.Rand
	loss float64 // the share of records that do not fit the ring
	// strangers: who holds a socket is told late, or never.
	strangers bool
	// idle are kept connections by the processes at their ends; busy are threads with a request in hand.
	idle map[[2]uint32][]*kept
	busy map[event.Thread]bool
	n    uint64
}

type kept struct{ client, server *conn }

// step is one thing that happens; what is to happen before the next one comes with it.
type step func() []step

func (c *chaos) lost() bool { return c.rng.Float64() < c.loss }

func (c *chaos) say(k *conn, d event.Dir, payload string) {
	if c.lost() {
		k.lose(d, payload)
		return
	}
	k.say(d, payload, -1)
}

func (c *chaos) connect(from, to uint32) *kept {
	of := [2]uint32{from, to}
	if n := len(c.idle[of]); n > 0 && c.rng.IntN(4) > 0 {
		k := c.idle[of][n-1]
		c.idle[of] = c.idle[of][:n-1]
		return k
	}
	c.n++
	k := &kept{}
	k.client, k.server = c.b.pair(c.n)
	for _, end := range []struct {
		*conn
		pid uint32
	}{{k.client, from}, {k.server, to}} {
		end.comm = fmt.Sprint("s", end.pid)
		if !c.strangers || c.rng.IntN(5) > 0 {
			end.own(end.pid)
		} else {
			end.tgid, end.reader = 0, end.pid // told late, or never
		}
	}
	return k
}

// worker takes a thread of a process that has nothing in hand.
func (c *chaos) worker(pid uint32) event.Thread {
	for tid := pid*1000 + 1; ; tid++ {
		if t := thread(tid); !c.busy[t] {
			c.busy[t] = true
			return t
		}
	}
}

// call is a request and all that it leads to. Services are 1 to 4; a process
// with an even number is an event loop.
func (c *chaos) call(from uint32, by event.Thread, path string, lines ...string) step {
	to := 1 + c.rng.Uint32N(4)
	k := c.connect(from, to)
	return func() []step {
		k.client.writer = by
		c.say(k.client, event.Egress, ask(path, lines...))
		return []step{func() []step {
			c.say(k.server, event.Ingress, ask(path, lines...))
			return c.serve(k, to, path, lines)
		}, func() []step { return c.over(k, from, to) }}
	}
}

// serve reads a request, makes calls, and answers, or not.
func (c *chaos) serve(k *kept, pid uint32, path string, lines []string) []step {
	t, flags := c.worker(pid), event.Blocking
	if pid%2 == 0 {
		delete(c.busy, t)
		t, flags = thread(pid*1000), 0
	}
	steps := []step{func() []step {
		if !c.lost() {
			k.server.read(t, flags)
		} else {
			c.b.lost++
		}
		if k.server.tgid == 0 && c.rng.IntN(2) == 0 {
			k.server.own(pid)
		}
		return nil
	}}
	for i := range c.rng.IntN(3) {
		if strings.Count(path, ".") == 3 {
			continue
		}
		var passed []string
		if c.rng.IntN(3) > 0 {
			passed = lines
		}
		steps = append(steps, func() []step { return []step{c.call(pid, t, fmt.Sprint(path, ".", i), passed...)} })
	}
	return append(steps, func() []step {
		delete(c.busy, t)
		k.server.writer = t
		if c.rng.IntN(20) > 0 {
			c.say(k.server, event.Egress, hello)
			c.say(k.client, event.Ingress, hello)
		}
		return nil
	})
}

// over keeps the connection for the next one, or ends it.
func (c *chaos) over(k *kept, from, to uint32) []step {
	if k.client.tgid == 0 && c.rng.IntN(2) == 0 {
		k.client.own(from)
	}
	switch {
	case k.client.pos[event.Ingress] != k.server.pos[event.Egress], k.client.last == int8(event.Egress), c.rng.IntN(10) == 0:
		for _, end := range []*conn{k.client, k.server} {
			if !c.lost() {
				end.close()
			}
		}
	default:
		c.idle[[2]uint32{from, to}] = append(c.idle[[2]uint32{from, to}], k)
	}
	return nil
}

// run lets that many requests from outside happen, up to eight at a time.
func (c *chaos) run(requests int) {
	var under [][]step // each is a stack
	for n := 0; n < requests || len(under) > 0; {
		if n < requests && len(under) < 8 && c.rng.IntN(3) == 0 {
			from := uint32(9)
			by := thread(9000 + uint32(n))
			if c.rng.IntN(3) == 0 { // background work of a service, in a thread of its own
				from = 1 + c.rng.Uint32N(4)
			}
			under = append(under, []step{c.call(from, by, fmt.Sprint("/", n), c.carried(n)...)})
			n++
		}
		if len(under) == 0 {
			continue
		}
		i := c.rng.IntN(len(under))
		stack := under[i]
		next := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		more := next()
		for j := range more {
			stack = append(stack, more[len(more)-1-j])
		}
		if under[i] = stack; len(stack) == 0 {
			under[i] = under[len(under)-1]
			under = under[:len(under)-1]
		}
		if c.rng.IntN(20) == 0 {
			c.b.pass(time.Duration(c.rng.Int64N(400 * ms)))
		}
	}
}

// carried are the header lines of a request from outside, which most services pass on.
func (c *chaos) carried(n int) []string {
	switch c.rng.IntN(4) {
	case 0:
		return []string{fmt.Sprint("X-Request-ID: 7f3a0c1e-", n)}
	case 1:
		return []string{fmt.Sprintf("traceparent: 00-%016x%016x-%016x-01", 1, n+1, n+1)}
	}
	return nil
}

// rightParents checks that whoever has a parent on evidence of this host is what
// that one was asked for, and tells how many do.
func rightParents(t *testing.T, spans []span.Span) map[string]int {
	t.Helper()
	paths := map[[8]byte]string{}
	for i := range spans {
		paths[spans[i].SpanID] = pathOf(&spans[i])
	}
	found := map[string]int{}
	for i := range spans {
		s := &spans[i]
		evidence := text(s, span.ParentEvidence)
		found[evidence]++
		path := pathOf(s)
		switch correlate.Evidence(evidence) {
		case correlate.NoEvidence, correlate.Wire:
		case correlate.Flow:
			require.Equal(t, span.Server, s.Kind)
			require.Equal(t, paths[s.Parent], path)
		default:
			require.Equal(t, span.Client, s.Kind)
			up := strings.LastIndexByte(path, '.')
			require.Positive(t, up, "%s of %s is the child of %s", evidence, path, paths[s.Parent])
			require.Equal(t, paths[s.Parent], path[:up], "%s of %s", evidence, path)
		}
	}
	return found
}

func TestChaos(t *testing.T) {
	found := map[string]int{}
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			cfg := Config{Queue: 10000, Flow: flow.Config{IdleTimeout: 2 * time.Second}}
			cfg.Correlate.Links = seed%2 == 0
			if seed%5 == 4 {
				cfg.MaxInflight = 8
			}
			c := &chaos{
				b: newBench(t, cfg), rng: rand.New(rand.NewPCG(seed, 1)), loss: float64(seed%4) * 0.03,
				strangers: seed%3 > 0,
				idle:      map[[2]uint32][]*kept{}, busy: map[event.Thread]bool{},
			}
			c.run(100)
			spans := c.b.finish(t)
			requireParents(t, spans)
			for evidence, n := range rightParents(t, spans) {
				found[evidence] += n
			}
			require.Zero(t, c.b.Stats().QueueFull)
		})
	}
	for _, e := range []correlate.Evidence{correlate.Flow, correlate.Thread, correlate.RequestID, correlate.Forwarded} {
		require.Greater(t, found[string(e)], 100, "%s was put to the test", e)
	}
}
