//go:build linux && (amd64 || arm64)

package pipeline

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/sampling"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// ofTraces counts spans by trace.
func ofTraces(spans []span.Span) map[[16]byte]int {
	n := map[[16]byte]int{}
	for i := range spans {
		n[spans[i].TraceID]++
	}
	return n
}

func newSampled(t *testing.T, ratio float64, parentBased bool) *middle {
	return newMiddle(t, Config{
		Queue: 1000, Correlate: correlate.Options{Sampler: sampling.New(ratio, parentBased)},
	})
}

// chain is a request from a client through the middle to the service behind: four spans.
func (m *middle) chain(req string) {
	m.request(req, thread(31), event.Blocking)
	m.call(thread(31), ask("/behind"))
	m.answer(thread(31))
}

// A trace is kept as a whole, or not at all; and what is left out is the user's choice.
func TestSampledAsAWhole(t *testing.T) {
	const traces = 400
	m := newSampled(t, 0.5, false)
	for i := range traces {
		m.chain(ask(fmt.Sprint("/", i)))
	}
	spans := m.b.finish(t)
	requireParents(t, spans)
	kept := ofTraces(spans)
	for _, n := range kept {
		require.Equal(t, 4, n)
	}
	require.InDelta(t, traces/2, len(kept), 60, "six times the standard deviation")
	st := m.b.Stats()
	require.EqualValues(t, 8*traces, st.Received)
	require.EqualValues(t, 8*len(kept), st.Ended[ledger.Used])
	require.EqualValues(t, 8*(traces-len(kept)), st.Ended[ledger.NotSampled])
	require.True(t, ledger.NotSampled.Filtered())
	var counted uint64
	for _, c := range st.Parents {
		counted += c.N
	}
	require.EqualValues(t, len(spans), counted, "an account of spans, not of what could have been one")
}

// The sampled flag of a context from the wire decides, for all spans below it.
func TestSampledByTheParent(t *testing.T) {
	for flag, want := range map[int]int{0: 0, 1: 4} {
		for _, ratio := range []float64{0, 0.5, 1} {
			t.Run(fmt.Sprintf("flag %d, ratio %g", flag, ratio), func(t *testing.T) {
				m := newSampled(t, ratio, true)
				const requests = 50
				for i := range requests {
					m.chain(ask("/a", fmt.Sprintf("traceparent: 00-%016x%016x-%016x-%02x", i+1, i+1, i+1, flag)))
				}
				spans := m.b.finish(t)
				server, client := requireParents(t, spans)
				require.Len(t, ofTraces(spans), requests*want/4)
				require.Len(t, server, requests*want/2)
				require.Len(t, client, requests*want/2)
				for i := range spans {
					require.EqualValues(t, flag, spans[i].Flags&correlate.Sampled)
				}
				require.EqualValues(t, 2*requests*(4-want), m.b.Stats().Ended[ledger.NotSampled])
			})
		}
	}
}

// Without the parent's word the ids decide, the same for everybody who asks.
func TestSampledByTheIDs(t *testing.T) {
	m := newSampled(t, 0.5, false)
	for i := range 16 { // the highest of the 56 bits that count
		m.chain(ask("/a", fmt.Sprintf("traceparent: 00-00000000000000aa00%x0000000000000-%016x-00", i, i+1)))
	}
	kept := ofTraces(m.b.finish(t))
	require.Len(t, kept, 8)
	for id, n := range kept {
		require.Equal(t, 4, n)
		require.GreaterOrEqual(t, id[9], byte(0x80))
	}
}

// What is left out anyway waits neither for its owner nor for its client.
func TestUnsampledDoesNotWait(t *testing.T) {
	for flags, want := range map[string]int{"00": 0, "01": 1} {
		m := newSampled(t, 1, true)
		c, s := m.b.pair(5)
		c.say(event.Egress, ask("/a", traceparent[:len(traceparent)-2]+flags), -1)
		s.say(event.Ingress, ask("/a", traceparent[:len(traceparent)-2]+flags), -1)
		s.say(event.Egress, hello, -1)
		require.Len(t, m.b.waiting, want, "for its client")
		d := m.b.conn(100, event.RoleClient)
		d.tgid = 0
		d.say(event.Egress, ask("/b", traceparent[:len(traceparent)-2]+flags), -1)
		d.say(event.Ingress, hello, -1)
		require.Len(t, m.b.waiting, 2*want, "for its owner")
		m.b.finish(t)
	}
}

// A server's span whose client's was left out for another reason is kept or not as its trace is.
func TestSampledWithoutItsClient(t *testing.T) {
	m := newSampled(t, 0.5, false)
	for i := range 100 {
		c, s := m.b.pair(uint64(i + 10))
		passes(c, s, ask("/a"))
		s.read(thread(31), event.Blocking)
		m.call(thread(31), ask("/b"))
		s.say(event.Egress, hello, -1)
		// the client's end is never heard of again
	}
	spans := m.b.finish(t)
	requireParents(t, spans)
	for _, n := range ofTraces(spans) {
		require.Equal(t, 3, n)
	}
}
