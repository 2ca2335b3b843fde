package live

import (
	"context"
	"os"
	"path/filepath"
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
// Where the server puts the target that it answers into a header, spans match or
// are mixed: with another request's response.
type tally struct {
	servers, clients, failed, matched, mixed atomic.Int64

	kin kin
}

// Capabilities implements consumer.Traces.
func (*tally) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeTraces implements consumer.Traces.
func (c *tally) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	for _, resource := range td.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				c.kin.add(span)
				if answered, ok := span.Attributes().Get("http.response.header.x-target"); ok {
					if asked(span, answered.Slice().At(0).Str()) {
						c.matched.Add(1)
					} else {
						c.mixed.Add(1)
					}
				}
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

// asked tells whether the span's request was for the target.
func asked(span ptrace.Span, target string) bool {
	if path, ok := span.Attributes().Get("url.path"); ok {
		return path.Str() == target
	}
	full, _ := span.Attributes().Get("url.full")
	return strings.HasSuffix(full.Str(), target)
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
func alone(t testing.TB, ringMiB int, o testkit.NginxOptions) scene {
	t.Helper()
	group := testkit.NewCgroup(t, "beyla-load")
	s := scene{tally: new(tally), place: group.Place()}
	s.instance = create(t, "", keys{
		"capture": keys{"cgroup_path": group.Path, "ring_buffer_mib": ringMiB},
		"http":    keys{"response_headers": []any{"X-Target"}},
	}, s.tally)
	o.Place = s.place
	s.nginx = testkit.StartNginx(t, o)
	require.NoError(t, s.receiver.Start(t.Context(), componenttest.NewNopHost()))
	return s
}

// books is the account of messages at rest.
type books struct {
	kernel, lostStarts, shed, received, used, dropped, filtered, held, emitted, refused int64
}

func (in *instance) books(t testing.TB) books {
	t.Helper()
	return books{
		kernel:     in.metric(t, "kernel_messages", ""),
		lostStarts: in.metric(t, "kernel_losses", "ring_full_start"),
		shed:       in.metric(t, "shed_messages", ""),
		received:   in.metric(t, "received_messages", ""),
		used:       in.metric(t, "used_messages", ""),
		dropped:    in.metric(t, "dropped_messages", ""),
		filtered:   in.metric(t, "filtered_messages", ""),
		held:       in.metric(t, "held_messages", ""),
		emitted:    in.metric(t, "emitted_spans", ""),
		refused:    in.metric(t, "refused_spans", ""),
	}
}

// settle waits until nothing is under way any more, and checks the books: what
// the kernel began was received or is counted as lost or left out, and what was received is
// in a span or is counted. Each span here stands on a request and a response.
//
// A connection whose end was among the lost records is held for longer, with
// its last request and response. Then the books balance but for these.
func (s scene) settle(t testing.TB) books {
	t.Helper()
	var b books
	calm := time.Now()
	testkit.Poll(t, patience, "the books to be settled", func() bool {
		last := b
		if b = s.books(t); b != last {
			calm = time.Now()
		}
		return time.Since(calm) > 500*time.Millisecond
	})
	t.Logf("%+v", b)
	assert.Equal(t, b.kernel, b.received+b.lostStarts+b.shed)
	assert.Equal(t, b.received, b.used+b.dropped+b.filtered+b.held)
	assert.Equal(t, s.tally.total(), b.emitted)
	spans := b.emitted + b.refused
	assert.LessOrEqual(t, b.held, 2*s.metric(t, "flows", ""))
	assert.LessOrEqual(t, b.used, 2*spans)
	assert.GreaterOrEqual(t, b.used+b.held, 2*spans)
	if s.metric(t, "kernel_losses", "ring_full_control") == 0 {
		assert.Zero(t, b.held)
		assert.Zero(t, s.metric(t, "inflight_exchanges", ""))
	}
	assert.Zero(t, s.metric(t, "kernel_losses", "malformed_record"))
	assert.Zero(t, s.metric(t, "kernel_losses", "no_storage"))
	return b
}

// TestEveryRequest: 10,000 requests and more, each a span at either end.
func TestEveryRequest(t *testing.T) {
	s := alone(t, 16, testkit.NginxOptions{})
	testkit.Load(t, s.place, s.nginx.URL+"/", 10_000, 8)
	s.nginx.WaitAccesses(t, 10_000, patience)
	b := s.settle(t)
	require.Zero(t, b.lostStarts+b.shed, "the ring was large enough")
	assert.EqualValues(t, 10_000, s.tally.servers.Load())
	assert.EqualValues(t, 10_000, s.tally.clients.Load())
	assert.Equal(t, 10_000, s.tally.kin.right(t))
	assert.Zero(t, s.tally.failed.Load())
	assert.Zero(t, b.dropped)
}

// TestWrk counts against nginx's own log, whatever wrk does at its end.
func TestWrk(t *testing.T) {
	s := alone(t, 64, testkit.NginxOptions{})
	r := testkit.Wrk(t, testkit.WrkOptions{Place: s.place, URL: s.nginx.URL + "/", Conns: 16})
	b := s.settle(t)
	logged := settled(t, s.nginx)
	t.Logf("%.0f requests/s, %d logged, %d server spans, %d client spans, %d failed",
		r.PerSecond, logged, s.tally.servers.Load(), s.tally.clients.Load(), s.tally.failed.Load())
	explained := b.lostStarts + b.shed + b.dropped + s.metric(t, "kernel_losses", "ring_full_data") + b.refused
	if explained == 0 {
		assert.EqualValues(t, logged, s.tally.servers.Load())
		assert.GreaterOrEqual(t, s.tally.clients.Load(), r.Requests)
		assert.EqualValues(t, logged, s.tally.kin.right(t))
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
	s := alone(t, 16, testkit.NginxOptions{})
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
	assert.Equal(t, requests, s.tally.kin.right(t))
	assert.Zero(t, b.lostStarts+b.dropped+s.tally.failed.Load())
}

// halting stops the process that it is given, and so the receiver, for most of
// the time that the load takes; not at its end, where the connections are closed.
const halting = `for i in 1 2 3 4 5 6; do kill -STOP $0; sleep 0.44; kill -CONT $0; sleep 0.01; done`

// counting makes wrk ask for another target every time.
const counting = `i = 0
request = function() i = i + 1; return wrk.format("GET", "/" .. i) end`

// TestOverload: a ring that is far too small loses records. Every one of them is
// counted, and no request gets another one's response.
func TestOverload(t *testing.T) {
	testkit.Need(t, "wrk")
	s := alone(t, 1, testkit.NginxOptions{NoLog: true, Directives: "add_header X-Target $request_uri;"})
	script := filepath.Join(t.TempDir(), "count.lua")
	require.NoError(t, os.WriteFile(script, []byte(counting), 0o600))
	halt := testkit.Start(t, testkit.Spec{Args: []string{"sh", "-c", halting, strconv.Itoa(os.Getpid())}})
	s.place.Run(t, "wrk", "-t1", "-c64", "-d3s", "-s", script, s.nginx.URL)
	require.NoError(t, halt.Wait(t, patience))
	b := s.settle(t)
	t.Logf("%.1f times as many messages as were received", float64(b.kernel)/float64(b.received))
	assert.Greater(t, b.kernel, 5*b.received, "this was no overload")
	assert.Positive(t, s.tally.matched.Load())
	assert.Zero(t, s.tally.mixed.Load(), "spans with another one's response")
	if b.refused == 0 {
		t.Logf("%d of %d server spans have a parent", s.tally.kin.right(t), s.tally.servers.Load())
	}
	s.shutdown(t)
	assert.Equal(t, b.emitted, s.tally.total(), "nothing was left to flush")
}
