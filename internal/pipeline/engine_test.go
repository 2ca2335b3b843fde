//go:build linux && (amd64 || arm64)

package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/span"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

const (
	get   = "GET /a?x=1 HTTP/1.1\r\nHost: shop\r\nUser-Agent: t\r\n\r\n"
	hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
)

func text(s *span.Span, key string) string {
	kv, _ := s.Attrs.Get(key)
	return kv.Str
}

func number(s *span.Span, key string) int64 {
	kv, _ := s.Attrs.Get(key)
	return kv.Num
}

func TestBothEnds(t *testing.T) {
	b := newBench(t, Config{})
	server := b.conn(1, event.RoleServer)
	server.say(event.Ingress, get, -1)
	server.own(7)
	server.say(event.Egress, hello, -1)
	client := b.conn(2, event.RoleClient)
	client.own(8)
	client.say(event.Egress, get, -1)
	client.say(event.Ingress, hello, -1)
	spans := b.finish(t)
	require.Len(t, spans, 2)
	require.Equal(t, span.Server, spans[0].Kind)
	require.Equal(t, "/a", text(&spans[0], "url.path"))
	require.Equal(t, "app", spans[0].Resource.Service)
	require.Equal(t, span.Client, spans[1].Kind)
	require.Equal(t, int64(200), number(&spans[1], "http.response.status_code"))
	require.NotEqual(t, spans[0].Resource, spans[1].Resource)
	require.Equal(t, uint64(4), b.Stats().Ended[ledger.Used])
}

// Without a handshake who sends the request is the client, whatever the ports.
func TestRoleFromWhoAsks(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(1, event.RoleUnknown)
	c.say(event.Egress, get, -1)
	c.say(event.Ingress, hello, -1)
	d := b.conn(2, event.RoleUnknown)
	d.say(event.Ingress, get, -1)
	d.say(event.Egress, hello, -1)
	spans := b.finish(t)
	require.Len(t, spans, 2)
	require.Equal(t, span.Client, spans[0].Kind)
	require.Equal(t, span.Server, spans[1].Kind)
}

// A capture may begin in the middle of a body; the next message is picked up.
func TestPickedUpMidway(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(1, event.RoleUnknown)
	c.say(event.Egress, "rest of some body", -1)
	c.say(event.Ingress, get, -1)
	c.say(event.Egress, hello, -1)
	require.Len(t, b.finish(t), 1)
	require.Equal(t, uint64(2), b.Stats().Ended[ledger.Used], "the body's rest is nobody's")
	require.Empty(t, b.source.ignored)
}

func TestDetectionAcrossSegments(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(1, event.RoleServer)
	c.say(event.Ingress, get[:3], -1)
	c.say(event.Ingress, get[3:9], -1)
	c.say(event.Ingress, get[9:], -1)
	c.say(event.Egress, hello, -1)
	spans := b.finish(t)
	require.Len(t, spans, 1)
	require.Equal(t, "/a", text(&spans[0], "url.path"))
}

// What follows an upgrade is of the exchange that brought it about.
func TestUpgrade(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(5, event.RoleServer)
	c.say(event.Ingress, "GET /chat HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", -1)
	c.say(event.Egress, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", -1)
	require.Empty(t, b.source.ignored)
	c.say(event.Ingress, "\x81\x82\x00\x00\x00\x00hi", -1)
	c.say(event.Egress, "\x81\x02ho", -1)
	c.close()
	spans := b.finish(t)
	require.Len(t, spans, 1)
	require.Equal(t, "websocket", text(&spans[0], "beyla.stream.kind"))
	require.Equal(t, int64(1), number(&spans[0], "beyla.stream.messages.sent"))
	require.Equal(t, int64(1), number(&spans[0], "beyla.stream.messages.received"))
	require.Equal(t, uint64(4), b.Stats().Ended[ledger.Used])
}

func TestUnknownProtocolIsIgnored(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(5, event.RoleServer)
	for range maxTries {
		require.Empty(t, b.source.ignored)
		c.say(event.Ingress, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", -1)
		c.say(event.Egress, "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", -1)
		if len(b.source.ignored) > 0 {
			break
		}
	}
	require.Equal(t, []uint64{5}, b.source.ignored)
	require.Empty(t, b.finish(t))
	require.Equal(t, b.Stats().Received, b.Stats().Ended[ledger.UnknownProtocol])
}

func TestPipeliningTakesAll(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(3, event.RoleServer)
	c.say(event.Ingress, strings.Repeat(get, 3), -1)
	require.Equal(t, []uint64{3}, b.source.all)
	c.say(event.Egress, strings.Repeat(hello, 3), -1)
	require.Len(t, b.finish(t), 3)
	require.Equal(t, []uint64{3}, b.source.all, "told once")
}

// A body beyond the window ends when the kernel's count says so, at its time,
// though no further record comes.
func TestLongBodyByProgress(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(4, event.RoleServer)
	c.say(event.Ingress, get, -1)
	head := "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
	c.say(event.Egress, head+strings.Repeat("x", 8000), -1)
	c.say(event.Egress, strings.Repeat("x", 42000), 0)
	b.pass(10 * time.Millisecond)
	first := b.clock.now
	b.source.progress[4] = tap.ProgressRecord{Pos: c.pos[1], Time: uint64(first), Dir: 1, TailLen: 8, Tail: [8]uint8{'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'}}
	b.pass(60 * time.Millisecond)
	b.pass(10 * time.Millisecond)
	c.say(event.Egress, strings.Repeat("x", 50000), 0)
	ended := b.clock.now
	b.source.progress[4] = tap.ProgressRecord{Pos: c.pos[1], Time: uint64(ended), Dir: 1, TailLen: 8, Tail: [8]uint8{'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'}}
	require.Zero(t, b.Stats().Built)
	b.pass(60 * time.Millisecond)
	b.pass(10 * time.Millisecond)
	b.pass(300 * time.Millisecond)
	require.Equal(t, uint64(1), b.Stats().Built, "without another record")
	spans := b.finish(t)
	require.Len(t, spans, 1)
	require.Equal(t, uint64(ended), spans[0].End)
	require.Equal(t, int64(100000), number(&spans[0], "http.response.body.size"))
}

// Polled progress may be ahead of records that still lie in the ring.
func TestProgressWaitsForTheRing(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(4, event.RoleServer)
	c.say(event.Ingress, get, -1)
	c.say(event.Egress, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("x", 8000), 4000)
	b.source.progress[4] = tap.ProgressRecord{Pos: 200000, Time: uint64(b.clock.now), Dir: 1}
	b.clock.now += int64(60 * time.Millisecond)
	b.tick(true) // asks
	require.Len(t, b.polls.asked, 1)
	b.clock.now += 1000
	b.lastTick = 0
	b.tick(false) // not drained since
	require.Len(t, b.polls.asked, 1)
	b.pass(time.Millisecond)
	require.Empty(t, b.polls.asked)
	require.Len(t, b.finish(t), 1)
}

func TestUnselected(t *testing.T) {
	for name, cfg := range map[string]Config{
		"port":       {Exclude: []selection.Rule{{Ports: []selection.PortRange{{From: 8080, To: 8080}}}}},
		"not in":     {Include: []selection.Rule{{Ports: []selection.PortRange{{From: 1, To: 1}}}}},
		"service":    {Exclude: []selection.Rule{{Service: "app"}}},
		"executable": {Include: []selection.Rule{{Executable: "*/nginx"}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, cfg)
			c := b.conn(9, event.RoleServer)
			c.tgid = 0
			c.say(event.Ingress, get, -1)
			c.own(7)
			c.say(event.Egress, hello, -1)
			c.say(event.Ingress, get, -1)
			require.Empty(t, b.finish(t))
			require.Equal(t, []uint64{9}, b.source.ignored)
			require.Equal(t, uint64(3), b.Stats().Ended[ledger.Unselected])
		})
	}
}

// The rules may have to wait for the process, which may never be told.
func TestSelectionWithoutProcess(t *testing.T) {
	b := newBench(t, Config{Include: []selection.Rule{{Executable: "*/nginx"}}})
	c := b.conn(9, event.RoleServer)
	c.tgid = 0
	c.say(event.Ingress, get, -1)
	c.say(event.Egress, hello, -1)
	require.Empty(t, b.finish(t))
	require.Equal(t, uint64(2), b.Stats().Ended[ledger.Unselected])
}

// A process that there was no time to look up is not decided on for good.
func TestSelectionOfAProvisionalProcess(t *testing.T) {
	b := newBench(t, Config{
		Exclude: []selection.Rule{{Executable: "*/wrk"}}, Process: process.Options{LookupsPerSecond: 1},
	})
	of := func(pid uint32) *session {
		return newSession(b.Engine, &flow.Flow{Process: event.Process{PID: pid, Start: 1, Comm: "wrk"}})
	}
	looked, beyond, unknown := of(7), of(8), of(0) // one look-up a second, so the second has to wait
	require.Equal(t, selection.Selected, looked.choose(false))
	require.Equal(t, selection.Selected, looked.choice)
	for name, s := range map[string]*session{"beyond the budget": beyond, "owner not told": unknown} {
		require.Equal(t, selection.Undecided, s.choose(false), name)
		require.Equal(t, selection.Selected, s.choose(true), name)
		require.Equal(t, selection.Undecided, s.choice, "%s: asked again for the next exchange", name)
	}
}

// On loopback an exchange may be over before its client is known.
func TestOwnerComesLate(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(1, event.RoleClient)
	c.tgid = 0
	c.say(event.Egress, get, -1)
	c.say(event.Ingress, hello, -1)
	b.pass(5 * time.Millisecond)
	require.Zero(t, b.batch.spans.Len())
	c.own(42)
	b.pass(time.Millisecond)
	spans := b.finish(t)
	require.Len(t, spans, 1)
	pid, _ := spans[0].Resource.Attrs.Get("process.pid")
	require.Equal(t, int64(42), pid.Num)
}

func TestFilters(t *testing.T) {
	otlp := "POST /v1/traces HTTP/1.1\r\nHost: c\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"
	probe := "GET /healthz HTTP/1.1\r\nHost: c\r\nUser-Agent: kube-probe/1.30\r\n\r\n"
	b := newBench(t, Config{DropOTLP: true, DropHealthProbes: true})
	for i, req := range []string{otlp, probe, get} {
		c := b.conn(uint64(i+1), event.RoleServer)
		c.say(event.Ingress, req, -1)
		c.say(event.Egress, hello, -1)
	}
	require.Len(t, b.finish(t), 1)
	st := b.Stats()
	require.Equal(t, uint64(2), st.Ended[ledger.OTLPExport])
	require.Equal(t, uint64(2), st.Ended[ledger.HealthProbe])
	require.Equal(t, uint64(2), st.Ended[ledger.Used])
}

func TestProtocolOff(t *testing.T) {
	b := newBench(t, Config{Off: map[string]bool{"http": true}})
	c := b.conn(1, event.RoleServer)
	c.say(event.Ingress, get, -1)
	c.say(event.Egress, hello, -1)
	require.Empty(t, b.finish(t))
	require.Equal(t, []uint64{1}, b.source.ignored)
	require.Equal(t, uint64(2), b.Stats().Ended[ledger.ProtocolOff])
}

func TestInflightCap(t *testing.T) {
	b := newBench(t, Config{MaxInflight: 1})
	one, two := b.conn(1, event.RoleServer), b.conn(2, event.RoleServer)
	one.say(event.Ingress, get, -1)
	two.say(event.Ingress, get, -1)
	two.say(event.Egress, hello, -1)
	one.say(event.Egress, hello, -1)
	require.Len(t, b.finish(t), 1)
	require.Equal(t, uint64(2), b.Stats().Ended[ledger.Inflight])
}

// A consumer that takes nothing holds nothing up: whole batches are counted.
func TestQueueFull(t *testing.T) {
	b := newBench(t, Config{MaxBatch: 1, Queue: 2})
	c := b.conn(1, event.RoleServer)
	for range 5 {
		c.say(event.Ingress, get, -1)
		c.say(event.Egress, hello, -1)
	}
	require.Len(t, b.finish(t), 2)
	st := b.Stats()
	require.Equal(t, uint64(5), st.Built)
	require.Equal(t, uint64(3), st.QueueFull)
}

// What is under way at the end is counted, not guessed at.
func TestRequestWithoutResponse(t *testing.T) {
	b := newBench(t, Config{})
	b.conn(1, event.RoleServer).say(event.Ingress, get, -1)
	require.Empty(t, b.finish(t))
	require.Equal(t, uint64(1), b.Stats().Ended[ledger.NoResponse])
}

func TestMalformedRecord(t *testing.T) {
	b := newBench(t, Config{})
	b.raw = []byte("short")
	b.handle()
	require.Empty(t, b.finish(t))
	require.Equal(t, uint64(1), b.Stats().Malformed)
}

// Two system calls for every connection that ends are saved for those about
// which the kernel was told nothing.
func TestForgets(t *testing.T) {
	b := newBench(t, Config{})
	plain, pipelining := b.conn(1, event.RoleServer), b.conn(2, event.RoleServer)
	plain.say(event.Ingress, get, -1)
	plain.say(event.Egress, hello, -1)
	pipelining.say(event.Ingress, get+get, -1)
	pipelining.say(event.Egress, hello+hello, -1)
	b.finish(t)
	require.Equal(t, []uint64{2}, b.source.forgotten)
}

// An idle host is looked at once a second, not a hundred times; but not while
// a span waits to be flushed or a body is followed.
func TestDozes(t *testing.T) {
	b := newBench(t, Config{})
	c := b.conn(1, event.RoleServer)
	c.say(event.Ingress, get, -1)
	c.say(event.Egress, hello, -1)
	b.pass(100 * time.Millisecond)
	require.Zero(t, b.source.dozes, "a span waits")
	b.pass(100 * time.Millisecond) // flushed
	require.Zero(t, b.source.dozes, "something happened just now")
	b.pass(100 * time.Millisecond)
	require.Equal(t, 1, b.source.dozes)
	c.say(event.Ingress, get, -1)
	c.say(event.Egress, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("x", 8000), 4000)
	b.source.progress[1] = tap.ProgressRecord{Pos: 8000, Time: uint64(b.clock.now), Dir: 1}
	b.pass(300 * time.Millisecond)
	b.pass(300 * time.Millisecond)
	require.Equal(t, 1, b.source.dozes, "a body is followed")
	b.finish(t)
}

// BenchmarkExchange is the whole way from raw records to a built span, on a
// keep-alive connection.
func BenchmarkExchange(b *testing.B) {
	bench := newBench(b, Config{MaxBatch: 1 << 30})
	c := bench.conn(1, event.RoleServer)
	c.own(7)
	var records [2][]byte
	c.say(event.Ingress, get, -1)
	records[0] = append([]byte(nil), bench.raw...)
	c.say(event.Egress, hello, -1)
	records[1] = append([]byte(nil), bench.raw...)
	var reqs, resps uint64
	b.ReportAllocs()
	for b.Loop() {
		reqs++
		resps++
		patch(records[0], reqs*uint64(len(get)), resps*uint64(len(hello)))
		bench.raw = records[0]
		bench.handle()
		patch(records[1], resps*uint64(len(hello)), (reqs+1)*uint64(len(get)))
		bench.raw = records[1]
		bench.handle()
		if bench.batch.spans.Len() >= 512 {
			bench.batch.spans.Reset()
		}
	}
}

// With the first record after a doze the wall clock is looked at, which may have been stepped meanwhile.
func TestClockSteppedDuringADoze(t *testing.T) {
	b := newBench(t, Config{})
	b.pass(time.Second)
	require.Equal(t, 1, b.source.dozes)
	const step = int64(time.Hour)
	b.clock.step = step
	b.source.script = []func(*[]byte) error{func(*[]byte) error { return nil }}
	require.NoError(t, b.follow())
	require.EqualValues(t, 1, b.Stats().ClockSteps)
	require.Equal(t, step, b.clock.offset)
}
