//go:build linux && (amd64 || arm64)

package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/span"
)

// middle is a service between a client and another service: all on this host,
// in processes of their own.
type middle struct {
	b *bench
	// front and in are the ends of the connection that a request comes by, out and
	// back those of the one to the service behind.
	front, in, out, back *conn
}

const (
	clientPID, middlePID, behindPID = 20, 30, 40
	traceparent                     = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
)

// thread is one of a process that does not run Go.
func thread(tid uint32) event.Thread { return event.Thread{ID: uint64(tid)<<32 | 1} }

// goroutine is one, on a thread of its own, with the one that started it.
func goroutine(id, parent uint64) event.Thread {
	return event.Thread{ID: id<<32 | 1, Goroutine: id, GoroutineParent: parent}
}

// ask is a request for a path with these header lines.
func ask(path string, lines ...string) string {
	return "GET " + path + " HTTP/1.1\r\n" + strings.Join(append([]string{"Host: shop"}, lines...), "\r\n") + "\r\n\r\n"
}

// passes brings a message from one socket of this host to another.
func passes(from, to *conn, payload string) {
	from.say(event.Egress, payload, -1)
	to.say(event.Ingress, payload, -1)
}

// join makes a connection between two processes.
func (b *bench) join(n uint64, from, to uint32) (client, server *conn) {
	client, server = b.pair(n)
	client.comm, server.comm = nameOf(from), nameOf(to)
	client.own(from)
	server.own(to)
	return client, server
}

func nameOf(pid uint32) string {
	return map[uint32]string{clientPID: "client", middlePID: "middle", behindPID: "behind"}[pid]
}

func newMiddle(tb testing.TB, cfg Config) *middle {
	m := &middle{b: newBench(tb, cfg)}
	m.front, m.in = m.b.join(1, clientPID, middlePID)
	m.out, m.back = m.b.join(2, middlePID, behindPID)
	return m
}

// request brings one to the middle, which a thread reads.
func (m *middle) request(req string, by event.Thread, flags event.Flags) {
	passes(m.front, m.in, req)
	m.in.read(by, flags)
}

// call asks the service behind, from a thread of the middle.
func (m *middle) call(by event.Thread, req string) {
	m.out.writer = by
	passes(m.out, m.back, req)
	passes(m.back, m.out, hello)
}

// answer ends the request.
func (m *middle) answer(by event.Thread) {
	m.in.writer = by
	passes(m.in, m.front, hello)
}

// hops are the four spans of a request through the middle, and how the middle's call came by its parent.
type hops struct {
	front, in, out, back *span.Span
	evidence             string
}

// finish ends the run, and finds the spans by their paths.
func (m *middle) finish(t *testing.T, came, sent string) hops {
	t.Helper()
	server, client := requireParents(t, m.b.finish(t))
	h := hops{front: of(t, client, came), in: of(t, server, came), out: of(t, client, sent), back: of(t, server, sent)}
	require.Equal(t, h.front.SpanID, h.in.Parent)
	require.Equal(t, h.out.SpanID, h.back.Parent)
	require.Equal(t, h.out.TraceID, h.back.TraceID)
	h.evidence = text(h.out, span.ParentEvidence)
	return h
}

// of gives the one span that asked for a path.
func of(t *testing.T, spans []span.Span, path string) (found *span.Span) {
	t.Helper()
	for i := range spans {
		if pathOf(&spans[i]) == path {
			require.Nil(t, found, "two spans of %s", path)
			found = &spans[i]
		}
	}
	require.NotNil(t, found, "no span of %s", path)
	return found
}

func pathOf(s *span.Span) string {
	if s.Kind == span.Server {
		return text(s, "url.path")
	}
	_, path, _ := strings.Cut(text(s, "url.full"), "shop")
	return path
}

// below checks that the middle's call is the child of the request that it was sent for.
func (h *hops) below(t *testing.T, evidence correlate.Evidence) {
	t.Helper()
	require.Equal(t, string(evidence), h.evidence)
	require.Equal(t, h.in.SpanID, h.out.Parent)
	require.Equal(t, h.front.TraceID, h.back.TraceID)
}

func (h *hops) apart(t *testing.T) {
	t.Helper()
	require.Empty(t, h.evidence)
	require.Zero(t, h.out.Parent)
	require.NotEqual(t, h.front.TraceID, h.out.TraceID)
}

func TestMiddleByThread(t *testing.T) {
	m := newMiddle(t, Config{})
	worker := thread(31)
	for i, path := range []string{"/a", "/b", "/c"} { // kept connections
		m.request(ask(path), worker, event.Blocking)
		m.call(worker, ask(path+"/1"))
		m.call(worker, ask(path+"/2"))
		m.answer(worker)
		m.b.pass(time.Duration(i) * time.Millisecond)
	}
	server, client := requireParents(t, m.b.finish(t))
	require.Len(t, server, 9)
	for _, path := range []string{"/a", "/b", "/c"} {
		for _, sent := range []string{path + "/1", path + "/2"} {
			h := hops{of(t, client, path), of(t, server, path), of(t, client, sent), of(t, server, sent), "thread"}
			h.below(t, correlate.Thread)
			require.Equal(t, h.out.SpanID, h.back.Parent)
			require.Zero(t, h.front.Parent)
		}
	}
}

func TestMiddleByGoroutine(t *testing.T) {
	m := newMiddle(t, Config{})
	handler := goroutine(7, 1)
	m.request(ask("/a"), handler, 0)
	handler.ID++ // runs on another thread by now
	m.call(handler, ask("/b"))
	m.answer(handler)
	h := m.finish(t, "/a", "/b")
	h.below(t, correlate.Goroutine)
}

// Who sends a request is not told to wait for one that came: no parent.
func TestMiddleWithoutEvidence(t *testing.T) {
	one, other := thread(31), thread(32)
	for name, tt := range map[string]struct {
		cfg Config
		do  func(m *middle)
		why string
	}{
		"an event loop": {do: func(m *middle) {
			m.request(ask("/a"), one, 0)
			m.call(one, ask("/b"))
		}, why: "event_loop"},
		"two in hand": {do: func(m *middle) {
			m.request(ask("/a"), one, event.Blocking)
			second, in := m.b.join(3, clientPID, middlePID)
			passes(second, in, ask("/other"))
			in.read(one, event.Blocking)
			m.call(one, ask("/b"))
			passes(in, second, hello)
		}, why: "several_in_hand"},
		"two pipelined": {do: func(m *middle) {
			m.request(ask("/a")+ask("/other"), one, event.Blocking)
			m.call(one, ask("/b"))
			passes(m.in, m.front, hello)
		}, why: "several_in_hand"},
		"another thread": {do: func(m *middle) {
			m.request(ask("/a"), one, event.Blocking)
			m.call(other, ask("/b"))
		}, why: "other_thread"},
		"another thread answers": {do: func(m *middle) {
			m.request(ask("/before"), one, event.Blocking)
			m.answer(other)
			m.request(ask("/a"), one, event.Blocking)
			m.call(one, ask("/b"))
		}, why: "handed_over"},
		"nobody saw the thread": {do: func(m *middle) {
			m.request(ask("/a"), one, event.Blocking)
			m.call(event.Thread{}, ask("/b"))
		}, why: "thread_unknown"},
		"a record was lost meanwhile": {do: func(m *middle) {
			m.request(ask("/a"), one, event.Blocking)
			m.b.lost++
			m.call(one, ask("/b"))
		}, why: "records_lost"},
		"answered already": {do: func(m *middle) {
			m.request(ask("/a"), one, event.Blocking)
			m.in.say(event.Egress, hello[:20], -1) // the rest is under way
			m.call(one, ask("/b"))
			m.in.say(event.Egress, hello[20:], -1)
			m.front.say(event.Ingress, hello, -1)
		}, why: "nothing_in_hand"},
		"an interim answer": {do: func(m *middle) {
			m.request(ask("/a"), one, event.Blocking)
			passes(m.in, m.front, "HTTP/1.1 103 Early Hints\r\n\r\n")
			m.call(one, ask("/b"))
		}, why: "nothing_in_hand"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMiddle(t, tt.cfg)
			tt.do(m)
			if !strings.HasPrefix(name, "answered") {
				m.answer(one)
			}
			h := m.finish(t, "/a", "/b")
			h.apart(t)
			require.EqualValues(t, 1, m.missing("middle", tt.why))
		})
	}
}

// missing is how many spans of a service have no parent for this reason.
func (m *middle) missing(service, why string) uint64 {
	for _, c := range m.b.Stats().Parents {
		if c.Service == service && c.Outcome == why && !c.Found {
			return c.N
		}
	}
	return 0
}

// Requests that share a message were not all written by who began it.
func TestPipelinedByAnotherThread(t *testing.T) {
	m := newMiddle(t, Config{})
	one := thread(31)
	m.request(ask("/a"), one, event.Blocking)
	m.out.writer = one
	passes(m.out, m.back, ask("/b"))
	m.out.writer = thread(32) // the kernel tells the writer of a message only once
	passes(m.out, m.back, ask("/c"))
	passes(m.back, m.out, hello+hello)
	m.answer(one)
	server, client := requireParents(t, m.b.finish(t))
	require.Equal(t, of(t, server, "/a").SpanID, of(t, client, "/b").Parent)
	require.Zero(t, of(t, client, "/c").Parent)
}

// A proxy's event loop proves nothing, but what it passes on does.
func TestProxy(t *testing.T) {
	const id = "X-Request-ID: 7f3a0c1e-5b77-4c2e"
	loop := thread(31)
	for name, tt := range map[string]struct {
		came, sent string
		evidence   correlate.Evidence
	}{
		"request id":                    {ask("/a", id), ask("/b", id), correlate.RequestID},
		"context":                       {ask("/a", traceparent), ask("/b", traceparent), correlate.Forwarded},
		"both":                          {ask("/a", traceparent, id), ask("/b", traceparent, id), correlate.Forwarded},
		"context, and an id of its own": {ask("/a", traceparent), ask("/b", traceparent, id), correlate.Forwarded},
		"another id":                    {ask("/a", id), ask("/b", id+"0"), correlate.NoEvidence},
		"an id that nobody sent":        {ask("/a"), ask("/b", id), correlate.NoEvidence},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMiddle(t, Config{})
			m.request(tt.came, loop, 0)
			m.call(loop, tt.sent)
			m.answer(loop)
			h := m.finish(t, "/a", "/b")
			if tt.evidence == correlate.NoEvidence {
				h.apart(t)
				return
			}
			h.below(t, tt.evidence)
		})
	}
}

// What was passed on by two is nobody's, and what another process has in hand is not this one's.
func TestRequestIDOfSeveral(t *testing.T) {
	const id = "X-Request-ID: 7f3a0c1e-5b77-4c2e"
	loop := thread(31)
	t.Run("two in hand", func(t *testing.T) {
		m := newMiddle(t, Config{})
		m.request(ask("/a", id), loop, 0)
		again, in := m.b.join(3, clientPID, middlePID)
		passes(again, in, ask("/again", id)) // a client that tries once more
		m.call(loop, ask("/b", id))
		passes(in, again, hello)
		m.answer(loop)
		h := m.finish(t, "/a", "/b")
		h.apart(t)
	})
	t.Run("another process", func(t *testing.T) {
		m := newMiddle(t, Config{})
		other, _ := m.b.join(3, clientPID, behindPID)
		m.request(ask("/a", id), loop, 0)
		other.say(event.Egress, ask("/elsewhere", id), -1)
		other.say(event.Ingress, hello, -1)
		m.call(loop, ask("/b", id))
		m.answer(loop)
		server, client := requireParents(t, m.b.finish(t))
		require.Zero(t, of(t, client, "/elsewhere").Parent)
		require.Equal(t, of(t, server, "/a").SpanID, of(t, client, "/b").Parent)
	})
}

// What an SDK in the middle wrote stands above both ends of its call.
func TestMiddleWithAnSDK(t *testing.T) {
	m := newMiddle(t, Config{})
	worker := thread(31)
	m.request(ask("/a"), worker, event.Blocking)
	m.call(worker, ask("/b", traceparent))
	m.answer(worker)
	server, client := requireParents(t, m.b.finish(t))
	out := of(t, client, "/b")
	require.Equal(t, "wire", text(out, span.ParentEvidence))
	require.Equal(t, [8]byte{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}, out.Parent)
	require.Equal(t, out.SpanID, of(t, server, "/b").Parent)
}
