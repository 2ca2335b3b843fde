package live

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// tally is a consumer that only counts: a load test has too many spans to keep.
type tally struct{ servers, clients, failed atomic.Int64 }

// Capabilities implements consumer.Traces.
func (*tally) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeTraces implements consumer.Traces.
func (c *tally) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	for _, resource := range td.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				switch {
				case span.Status().Code() == ptrace.StatusCodeError:
					c.failed.Add(1)
				case span.Kind() == ptrace.SpanKindServer:
					c.servers.Add(1)
				case span.Kind() == ptrace.SpanKindClient:
					c.clients.Add(1)
				}
			}
		}
	}
	return nil
}

func (c *tally) total() int64 { return c.servers.Load() + c.clients.Load() + c.failed.Load() }

// scene is a receiver that reads one cgroup, and what runs in there.
type scene struct {
	*instance
	tally *tally
	place testkit.Place
	nginx *testkit.Nginx
}

// alone starts a receiver on a cgroup of its own, with nginx inside: what is
// counted there is what the test did.
func alone(t testing.TB, capture keys, o testkit.NginxOptions) scene {
	t.Helper()
	group := testkit.NewCgroup(t, "beyla-load")
	s := scene{tally: new(tally), place: group.Place()}
	capture["cgroup_path"] = group.Path
	s.instance = create(t, "", keys{"capture": capture}, s.tally)
	o.Place = s.place
	s.nginx = testkit.StartNginx(t, o)
	require.NoError(t, s.receiver.Start(t.Context(), componenttest.NewNopHost()))
	return s
}

// books is the account of messages at rest.
type books struct {
	kernel, lostStarts, received, dropped, filtered, held, emitted, refused int64
}

func (in *instance) books(t testing.TB) books {
	t.Helper()
	return books{
		kernel:     in.metric(t, "kernel_messages", ""),
		lostStarts: in.metric(t, "kernel_losses", "ring_full_start"),
		received:   in.metric(t, "received_messages", ""),
		dropped:    in.metric(t, "dropped_messages", ""),
		filtered:   in.metric(t, "filtered_messages", ""),
		held:       in.metric(t, "held_messages", ""),
		emitted:    in.metric(t, "emitted_spans", ""),
		refused:    in.metric(t, "refused_spans", ""),
	}
}

// used is how many messages are part of spans.
func (b books) used() int64 { return b.received - b.dropped - b.filtered - b.held }

// settle waits until nothing is under way any more, and checks the books: what
// the kernel began was received or is counted as lost, and what was received is
// in a span or is counted. Each span here stands on a request and a response.
func (s scene) settle(t testing.TB) books {
	t.Helper()
	var b books
	testkit.Poll(t, patience, "the books to be settled", func() bool {
		b = s.books(t)
		return b.held == 0 && b.kernel == b.received+b.lostStarts && s.tally.total() == b.emitted &&
			b.used() == 2*(b.emitted+b.refused)
	})
	t.Logf("%+v", b)
	assert.Zero(t, s.metric(t, "kernel_losses", "malformed_record"))
	assert.Zero(t, s.metric(t, "kernel_losses", "no_storage"))
	assert.Zero(t, s.metric(t, "inflight_exchanges", ""))
	return b
}

// TestEveryRequest: 10,000 requests and more, each a span at either end.
func TestEveryRequest(t *testing.T) {
	s := alone(t, keys{}, testkit.NginxOptions{})
	testkit.Load(t, s.place, s.nginx.URL+"/", 10_000, 8)
	s.nginx.WaitAccesses(t, 10_000, patience)
	b := s.settle(t)
	require.Zero(t, b.lostStarts, "the ring was large enough")
	assert.EqualValues(t, 10_000, s.tally.servers.Load())
	assert.EqualValues(t, 10_000, s.tally.clients.Load())
	assert.Zero(t, s.tally.failed.Load())
	assert.Zero(t, b.dropped)
}

// TestWrk counts against nginx's own log, whatever wrk does at its end.
func TestWrk(t *testing.T) {
	s := alone(t, keys{"ring_buffer_mib": 64}, testkit.NginxOptions{})
	r := testkit.Wrk(t, testkit.WrkOptions{Place: s.place, URL: s.nginx.URL + "/", Conns: 16})
	b := s.settle(t)
	logged := settled(t, s.nginx)
	t.Logf("%.0f requests/s, %d logged, %d server spans, %d client spans, %d failed",
		r.PerSecond, logged, s.tally.servers.Load(), s.tally.clients.Load(), s.tally.failed.Load())
	explained := b.lostStarts + b.dropped + s.metric(t, "kernel_losses", "ring_full_data") + b.refused
	if explained == 0 {
		assert.EqualValues(t, logged, s.tally.servers.Load())
		assert.GreaterOrEqual(t, s.tally.clients.Load(), r.Requests)
		return
	}
	assert.Greater(t, int64(logged), s.tally.servers.Load())
	assert.LessOrEqual(t, int64(logged)-s.tally.servers.Load(), explained)
}

// settled waits until nginx logs no more.
func settled(t testing.TB, n *testkit.Nginx) int {
	t.Helper()
	last, since := -1, time.Now()
	testkit.Poll(t, patience, "nginx to have logged everything", func() bool {
		if got := len(n.Accesses(t)); got != last {
			last, since = got, time.Now()
		}
		return time.Since(since) > 300*time.Millisecond
	})
	return last
}

// TestConnectionPerRequest: every request has a connection of its own.
func TestConnectionPerRequest(t *testing.T) {
	const requests = 2000
	s := alone(t, keys{}, testkit.NginxOptions{})
	urls := make([]string, 0, 200)
	for i := range 200 {
		urls = append(urls, s.nginx.URL+"/"+strconv.Itoa(i))
	}
	for range requests / len(urls) {
		args := append([]string{"--header", "Connection: close"}, urls...)
		for _, x := range curlIn(t, s.place, args...) {
			require.Equal(t, 200, x.Status)
			require.Equal(t, 1, x.Connects)
		}
	}
	b := s.settle(t)
	assert.EqualValues(t, requests, s.tally.servers.Load())
	assert.EqualValues(t, requests, s.tally.clients.Load())
	assert.Zero(t, b.lostStarts+b.dropped+s.tally.failed.Load())
}

// halting stops the process that it is given, and so the receiver, for nearly
// all of the time that the load takes.
const halting = `for i in 1 2 3 4 5; do kill -STOP $0; sleep 0.45; kill -CONT $0; sleep 0.01; done`

// TestOverload: a ring that is far too small loses records, and every one of them is counted.
func TestOverload(t *testing.T) {
	s := alone(t, keys{"ring_buffer_mib": 1, "drain_interval": "1s"}, testkit.NginxOptions{
		NoLog: true, Directives: "location = /long { return 200 \"" + strings.Repeat("x", 3000) + "\"; }",
	})
	halt := testkit.Start(t, testkit.Spec{Args: []string{"sh", "-c", halting, strconv.Itoa(os.Getpid())}})
	r := testkit.Wrk(t, testkit.WrkOptions{Place: s.place, URL: s.nginx.URL + "/long", Conns: 64, Duration: 2 * time.Second})
	require.NoError(t, halt.Wait(t, patience))
	b := s.settle(t)
	t.Logf("%.0f requests/s, %.1f times as many messages as were received, %d spans of about %d",
		r.PerSecond, float64(b.kernel)/float64(b.received), b.emitted, 2*r.Requests)
	assert.Greater(t, b.kernel, 5*b.received, "this was no overload")
	assert.Positive(t, b.emitted)
	s.shutdown(t)
	assert.Equal(t, b.emitted, s.tally.total(), "nothing was left to flush")
}
