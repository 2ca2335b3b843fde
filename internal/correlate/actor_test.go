package correlate

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

const middle, other = 30, 40 // processes

// Whom a call that process middle sends from its first thread, or goroutine, belongs to.
func TestByActor(t *testing.T) {
	t1, t2, g1, g2 := thread(1), thread(2), goroutine(1, 0), goroutine(2, 1)
	for name, tt := range map[string]struct {
		before func(b *bed) *served // gives the parent
		pid    uint32
		by     event.Thread
		want   Outcome
	}{
		"nothing":                          {func(*bed) *served { return nil }, middle, t1, NothingInHand},
		"one, read by the thread":          {func(b *bed) *served { return b.arrive(middle, nil).wait(t1) }, middle, t1, ByThread},
		"whose socket is not known yet":    {func(b *bed) *served { return b.arrive(middle, nil).wait(t1) }, 0, t1, ByThread},
		"whose socket another process had": {func(b *bed) *served { return b.arrive(middle, nil).wait(t1) }, other, t1, ByThread},
		"one, read by the goroutine":       {func(b *bed) *served { return b.arrive(middle, nil).poll(g1) }, middle, g1, ByGoroutine},
		"the goroutine on another thread": {func(b *bed) *served {
			return b.arrive(middle, nil).poll(g1)
		}, middle, event.Thread{ID: 99, Goroutine: 1}, ByGoroutine},
		"a second one after the first is answered": {func(b *bed) *served {
			r := b.arrive(middle, nil).wait(t1)
			r.answer(t1)
			return b.arrive(middle, r.conn).wait(t1)
		}, middle, t1, ByThread},
		"one whose exchange began before it was sent, of a connection read again": {func(b *bed) *served {
			r := b.arrive(middle, nil).wait(t2)
			r.wait(t1) // handed on before anything was answered, and read further
			return r
		}, middle, t1, ByThread},
		"a child goroutine reads the connection further": {func(b *bed) *served {
			r := b.arrive(middle, nil).poll(g1)
			return r.poll(goroutine(9, 1))
		}, middle, g1, ByGoroutine},

		"read without waiting": {func(b *bed) *served { b.arrive(middle, nil).poll(t1); return nil }, middle, t1, EventLoop},
		"by another thread":    {func(b *bed) *served { b.arrive(middle, nil).wait(t2); return nil }, middle, t1, OtherThread},
		"by the parent goroutine": {func(b *bed) *served {
			b.arrive(middle, nil).poll(g1)
			return nil
		}, middle, g2, OtherThread},
		"by the thread, but for a goroutine": {func(b *bed) *served {
			b.arrive(middle, nil).wait(g1)
			return nil
		}, middle, event.Thread{ID: g1.ID}, OtherThread},
		"by the same goroutine of another process": {func(b *bed) *served {
			b.arrive(other, nil).poll(g1)
			b.arrive(middle, nil).poll(goroutine(7, 0))
			return nil
		}, middle, g1, OtherThread},
		"of another process": {func(b *bed) *served { b.arrive(other, nil).wait(t2); return nil }, middle, t1, NothingInHand},
		"sent by nobody known": {func(b *bed) *served {
			b.arrive(middle, nil).wait(t1)
			return nil
		}, middle, event.Thread{}, ThreadUnknown},
		"two by one thread": {func(b *bed) *served {
			b.arrive(middle, nil).wait(t1)
			b.arrive(middle, nil).wait(t1)
			return nil
		}, middle, t1, SeveralInHand},
		"two pipelined": {func(b *bed) *served {
			r := b.arrive(middle, nil)
			b.arrive(middle, r.conn).wait(t1)
			return nil
		}, middle, t1, SeveralInHand},
		"one that came after the read": {func(b *bed) *served {
			k := b.Open()
			b.read(k, middle, t1, event.Blocking)
			b.arrive(middle, k)
			return nil
		}, middle, t1, SeveralInHand},
		"something unknown": {func(b *bed) *served {
			b.read(b.Open(), middle, t1, event.Blocking)
			return nil
		}, middle, t1, SeveralInHand},
		"answered": {func(b *bed) *served { b.arrive(middle, nil).wait(t1).answer(t1); return nil }, middle, t1, NothingInHand},
		"answered by nobody known": {func(b *bed) *served {
			b.arrive(middle, nil).wait(t1).answer(event.Thread{})
			return nil
		}, middle, t1, NothingInHand},
		"given up": {func(b *bed) *served { b.arrive(middle, nil).wait(t1).done(); return nil }, middle, t1, NothingInHand},
		"of a connection that is gone": {func(b *bed) *served {
			r := b.arrive(middle, nil).wait(t1)
			b.Drop(r.conn)
			return nil
		}, middle, t1, NothingInHand},
		"a record was lost since": {func(b *bed) *served {
			b.arrive(middle, nil).wait(t1)
			b.lost++
			return nil
		}, middle, t1, RecordsLost},
		"that will have no span": {func(b *bed) *served {
			r := b.arrive(middle, nil).wait(t1)
			b.host.unkept[r.x] = true
			return nil
		}, middle, t1, NotKept},
		"of a process whose number is another's now": {func(b *bed) *served {
			b.arrive(middle, nil).wait(t1)
			b.arrive(middle, nil).wait(t2)
			b.Forget(middle)
			return nil
		}, middle, t1, NothingInHand},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(Options{Threads: true})
			parent := tt.before(b)
			p := b.call(tt.pid, tt.by)
			assert.Equal(t, tt.want, p.Outcome, "%s", p.Outcome)
			if parent == nil {
				assert.Zero(t, p.Parent)
				return
			}
			require.Equal(t, parent.place.SpanID, p.Parent)
			assert.Equal(t, Identity{
				TraceID: parent.place.TraceID, SpanID: p.SpanID, Parent: parent.place.SpanID,
				Flags: Sampled | Random | HasIsRemote, Evidence: tt.want.evidence(),
			}, p.Identity)
			assert.True(t, parent.Promised())
		})
	}
}

// A request is below one that was read before it began to be sent, even if its
// head is complete only later.
func TestSentBeforeRead(t *testing.T) {
	b := newBed(Options{Threads: true, Links: true})
	x := b.exchange()
	r := b.arrive(middle, nil).wait(thread(1))
	p := b.Client(x, Sender{PID: middle, Thread: thread(1)})
	assert.Equal(t, SeveralInHand, p.Outcome)
	assert.Empty(t, p.Links)
	assert.False(t, r.Promised())
}

// Who wrote the beginning of a message need not have written the request in it: the
// rest of a body may come first, after an early answer, and another thread's request behind it.
func TestWriterOfTheMessage(t *testing.T) {
	for name, tt := range map[string]struct {
		before int64
		want   Outcome
	}{"began with the request": {0, ByThread}, "began before": {1, ThreadUnknown}} {
		t.Run(name, func(t *testing.T) {
			b := newBed(Options{Threads: true})
			b.arrive(middle, nil).wait(thread(1))
			x := b.exchange()
			p := b.Client(x, Sender{PID: middle, Thread: thread(1), At: x.Request.First - tt.before})
			assert.Equal(t, tt.want, p.Outcome, "%s", p.Outcome)
		})
	}
}

func TestThreadsOff(t *testing.T) {
	b := newBed(Options{})
	r := b.arrive(middle, nil, withID(5)).wait(thread(1))
	assert.Equal(t, NothingInHand, b.call(middle, thread(1)).Outcome)
	assert.Equal(t, r.place.SpanID, b.call(middle, thread(1), withID(5)).Parent, "ids are evidence all the same")
	assert.Empty(t, b.hands.by[ofThread])
}

// What shows that a process hands requests over takes the evidence of its threads away.
func TestHandsOver(t *testing.T) {
	t1, t2, g1, g2 := thread(1), thread(2), goroutine(1, 0), goroutine(2, 1)
	for name, tt := range map[string]struct {
		before func(b *bed)
		by     event.Thread
		want   Outcome
	}{
		"another thread answers": {func(b *bed) { b.arrive(middle, nil).wait(t1).answer(t2) }, t1, HandedOver},
		"the reader answers":     {func(b *bed) { b.arrive(middle, nil).wait(t1).answer(t1) }, t1, ByThread},
		"nobody known answers":   {func(b *bed) { b.arrive(middle, nil).wait(t1).answer(event.Thread{}) }, t1, ByThread},
		"another loop answers":   {func(b *bed) { b.arrive(middle, nil).poll(t1).answer(t2) }, t1, ByThread},
		"another goroutine":      {func(b *bed) { b.arrive(middle, nil).poll(g1).answer(g2) }, g1, HandedOver},
		"the goroutine answers":  {func(b *bed) { b.arrive(middle, nil).poll(g1).answer(g1) }, g1, ByGoroutine},
		"the goroutine answers from another thread": {func(b *bed) {
			b.arrive(middle, nil).poll(g1).answer(event.Thread{ID: 5, Goroutine: 1})
		}, g1, ByGoroutine},
		"in another process": {func(b *bed) { b.arrive(other, nil).wait(t1).answer(t2) }, thread(3), ByThread},
		"on a connection that is no server's": {func(b *bed) {
			k := b.Open()
			b.read(k, middle, t1, event.Blocking)
			b.Wrote(k, t2)
		}, t1, ByThread},
		"on to the next one before the first is answered": {func(b *bed) {
			first := b.arrive(middle, nil).wait(t1)
			second := b.arrive(middle, nil).wait(t1)
			second.answer(t1)
			first.answer(t1)
		}, t1, HandedOver},
		"the same, but the answer may be lost": {func(b *bed) {
			first := b.arrive(middle, nil).wait(t1)
			b.lost++
			second := b.arrive(middle, nil).wait(t1)
			second.answer(t1)
			first.answer(t1)
		}, t1, ByThread},
		"on to the next after one that was given up": {func(b *bed) {
			b.arrive(middle, nil).wait(t1).done()
			b.arrive(middle, nil).wait(t1).answer(t1)
		}, t1, ByThread},
		"a process of that number before": {func(b *bed) {
			r := b.arrive(middle, nil).wait(t1)
			r.answer(t2)
			b.Forget(middle) // its connection is still there
			b.Drop(r.conn)
			b.Forget(middle)
			b.Forget(middle)
		}, t1, ByThread},
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

// A goroutine that serves several connections by turns is an event loop.
func TestGoroutineThatLoops(t *testing.T) {
	g := goroutine(1, 0)
	serve := func(b *bed, k *Conn) *Conn {
		r := b.arrive(middle, k).poll(g)
		r.answer(g)
		return r.conn
	}
	for name, tt := range map[string]struct {
		before func(b *bed) *Conn // gives where the request comes
		want   Outcome
	}{
		"one connection": {func(b *bed) *Conn {
			return serve(b, serve(b, nil))
		}, ByGoroutine},
		"one after another": {func(b *bed) *Conn {
			b.Drop(serve(b, nil))
			b.Drop(serve(b, nil))
			return nil
		}, ByGoroutine},
		"two, the first not gone yet": {func(b *bed) *Conn { serve(b, nil); return serve(b, nil) }, ByGoroutine},
		"two by turns": {func(b *bed) *Conn {
			a := serve(b, nil)
			serve(b, nil)
			return serve(b, a)
		}, EventLoop},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(Options{Threads: true})
			b.arrive(middle, tt.before(b)).poll(g)
			assert.Equal(t, tt.want, b.call(middle, g).Outcome)
		})
	}
}

// A child's number means nothing in another process.
func TestParentGoroutineOfAnotherProcess(t *testing.T) {
	b := newBed(Options{Threads: true})
	r := b.arrive(middle, nil).poll(goroutine(1, 0))
	b.host.pid[r.x] = other
	r.poll(goroutine(5, 1)) // the socket was handed to another program
	assert.Equal(t, OtherThread, b.call(other, goroutine(1, 0)).Outcome)
	assert.Equal(t, ByGoroutine, b.call(other, goroutine(5, 1)).Outcome)
}

// Two requests that were read before, but nobody knows of, are no request.
func TestPipelinedRequestsEnd(t *testing.T) {
	b := newBed(Options{Threads: true})
	first := b.arrive(middle, nil)
	second := b.arrive(middle, first.conn).wait(thread(1))
	first.done() // without an answer
	assert.Equal(t, SeveralInHand, b.call(middle, thread(1)).Outcome)
	second.done()
	assert.Equal(t, NothingInHand, b.call(middle, thread(1)).Outcome)
	b.Drop(first.conn)
	requireEmpty(t, b.Correlator)
}
