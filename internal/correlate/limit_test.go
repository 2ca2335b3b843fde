package correlate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Beyond the limits a new trace begins, with a link to what would be the parent.
func TestLimits(t *testing.T) {
	t1 := thread(1)
	wired, same := withContext(1, 2), func(*proto.Exchange) {}
	for name, tt := range map[string]struct {
		came, sent func(*proto.Exchange)
		found      Outcome
	}{
		"wire":       {same, wired, ByWire},
		"forwarded":  {wired, wired, ByForwarded},
		"request id": {withID(5), withID(5), ByRequestID},
		"thread":     {same, same, ByThread},
	} {
		limited := func(t *testing.T, b *bed, r *served) {
			p := b.call(middle, t1, tt.sent)
			require.Equal(t, LimitReached, p.Outcome, "%s", p.Outcome)
			want := Link{TraceID: r.place.TraceID, SpanID: r.place.SpanID, State: r.place.State, Evidence: tt.found.evidence()}
			if tt.found == ByWire {
				want = Link{TraceID: [16]byte{15: 1}, SpanID: [8]byte{7: 2}, State: "a=b", Evidence: Wire}
			}
			assert.Equal(t, []Link{want}, p.Links)
			assert.Equal(t, Identity{TraceID: p.TraceID, SpanID: p.SpanID, Flags: Sampled | Random}, p.Identity)
			assert.NotEqual(t, want.TraceID, p.TraceID)
		}
		t.Run(name+", spans", func(t *testing.T) {
			b := newBed(Options{Threads: true, MaxSpans: 3})
			r := b.arrive(middle, nil, tt.came).wait(t1)
			spans := 1
			if tt.found == ByWire {
				spans = 0
			}
			for ; spans < 3; spans++ {
				require.Equal(t, tt.found, b.call(middle, t1, tt.sent).Outcome)
			}
			limited(t, b, r)
			limited(t, b, r)
		})
		t.Run(name+", age", func(t *testing.T) {
			b := newBed(Options{Threads: true, MaxAge: time.Second})
			r := b.arrive(middle, nil, tt.came).wait(t1)
			require.Equal(t, tt.found, b.call(middle, t1, tt.sent).Outcome)
			b.now += int64(time.Second)
			limited(t, b, r)
		})
	}
}

// A server's request below a context that is worn out begins a trace as well.
func TestServerAtTheLimit(t *testing.T) {
	b := newBed(Options{MaxSpans: 1})
	b.arrive(middle, nil, withContext(1, 2))
	r := b.arrive(middle, nil, withContext(1, 3))
	assert.Equal(t, LimitReached, r.place.Outcome)
	assert.Equal(t, Sampled|Random, r.place.Flags)
	assert.Equal(t, []Link{{TraceID: [16]byte{15: 1}, SpanID: [8]byte{7: 3}, State: "a=b", Evidence: Wire}}, r.place.Links)
}

func TestNoLinkToWhatIsLeftOut(t *testing.T) {
	b := newBed(Options{Threads: true, MaxSpans: 1, Sampler: ratio{}})
	b.arrive(middle, nil).wait(thread(1))
	p := b.call(middle, thread(1))
	assert.Equal(t, LimitReached, p.Outcome)
	assert.Empty(t, p.Links)
}

// Without its client's span, which began a trace because the context was worn out, the
// server's span stands there instead.
func TestRerootAtTheLimit(t *testing.T) {
	b := newBed(Options{MaxSpans: 1})
	b.call(middle, thread(1), withContext(1, 2))
	sent, got := request(1, 2, 0, b.tick()), request(1, 2, 0, b.tick())
	withContext(1, 2)(sent)
	withContext(1, 2)(got)
	client := b.Client(sent, Sender{})
	require.Equal(t, LimitReached, client.Outcome)
	call := b.Announce(sent, &client)
	server, found := b.Server(got)
	require.Same(t, call, found)
	require.Equal(t, client.TraceID, server.TraceID)
	id := server.SpanID
	b.Reroot(got, &server)
	assert.Equal(t, Identity{TraceID: client.TraceID, SpanID: id, Flags: Sampled | Random}, server.Identity)
	assert.Equal(t, client.Links, server.Links)
	assert.Equal(t, LimitReached, server.Outcome)
}

// A context that goes on is remembered, one that rests is forgotten; traces are used again
// only when nobody is under way in them.
func TestContexts(t *testing.T) {
	b := newBed(Options{MaxAge: time.Second, MaxSpans: 2})
	step := int64(600 * time.Millisecond)
	old := b.call(0, thread(1), withContext(1, 2)) // is under way for long
	for range 4 {
		b.now += step
		b.call(0, thread(1), withContext(2, 2))
	}
	fresh := b.call(0, thread(1), withContext(1, 2))
	assert.Equal(t, ByWire, fresh.Outcome, "forgotten, so it begins anew")
	assert.NotSame(t, old.trace, fresh.trace)
	assert.Equal(t, LimitReached, b.call(0, thread(1), withContext(2, 2)).Outcome, "goes on")
	assert.Equal(t, 1, old.trace.refs)
	b.Release(&old)
	assert.Len(t, b.traces.spare, 1)
}

func TestContextsAreBounded(t *testing.T) {
	b := newBed(Options{})
	x := b.exchange()
	withContext(1, 2)(x)
	for i := range 3 * maxContexts {
		x.Context.TraceID[0], x.Context.TraceID[1], x.Context.TraceID[2] = byte(i), byte(i>>8), byte(i>>16)
		p := b.Client(x, Sender{})
		b.Release(&p)
	}
	assert.LessOrEqual(t, len(b.contexts.young)+len(b.contexts.old), 2*maxContexts)
	assert.LessOrEqual(t, len(b.traces.spare), maxContexts)
	requireEmpty(t, b.Correlator)
}
