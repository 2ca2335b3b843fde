package correlate

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// concurrent is a request that shares its connection with others.
func (b *bed) concurrent(pid uint32, shape ...func(r *served)) *served {
	x := b.exchange()
	x.Concurrent = true
	b.host.pid[x] = pid
	s := &served{b: b, x: x, place: new(Place), conn: b.Open()}
	for _, f := range shape {
		f(s)
	}
	*s.place, _ = b.Server(x)
	s.Request = b.Take(x, s.place, nil, b.lost)
	return s
}

// A thread that reads such requests is at work on them long after something was sent
// back on their connection, so that another one in its hand is not alone there.
func TestMultiplexes(t *testing.T) {
	t1, g1 := thread(1), goroutine(1, 0)
	for name, tt := range map[string]struct {
		by     event.Thread
		before func(b *bed)
		want   Outcome
	}{
		"a thread": {t1, func(b *bed) {
			s := b.concurrent(middle)
			b.read(s.conn, middle, t1, event.Blocking)
			b.Multiplexes(middle)
			b.Wrote(s.conn, t1) // of the protocol's own, not the answer
		}, HandedOver},
		"a goroutine, which has its connection to itself": {g1, func(b *bed) {
			s := b.concurrent(middle)
			b.read(s.conn, middle, goroutine(2, 0), 0)
			b.Multiplexes(middle)
			b.Wrote(s.conn, goroutine(3, 2))
		}, ByGoroutine},
		"another process":               {t1, func(b *bed) { b.concurrent(other); b.Multiplexes(other) }, ByThread},
		"one that was not heard of yet": {t1, func(b *bed) { b.Multiplexes(middle) }, ByThread},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(Options{Threads: true})
			tt.before(b)
			b.arrive(middle, nil).wait(tt.by)
			p := b.call(middle, tt.by)
			assert.Equal(t, tt.want, p.Outcome, "%s", p.Outcome)
		})
	}
}

// Ids and contexts that are carried on are evidence for them as for any other.
func TestConcurrentRequestsAreInHand(t *testing.T) {
	b := newBed(Options{Threads: true})
	one := b.concurrent(middle, func(s *served) { withID(5)(s.x) })
	two := b.concurrent(middle, func(s *served) { withContext(1, 2)(s.x) })
	p := b.call(middle, thread(1), withID(5))
	assert.Equal(t, one.place.SpanID, p.Parent)
	assert.Equal(t, ByRequestID, p.Outcome)
	p = b.call(middle, thread(1), withContext(1, 2))
	assert.Equal(t, two.place.SpanID, p.Parent)
	assert.Equal(t, ByForwarded, p.Outcome)
	one.done()
	two.done()
}
