package correlate

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// What a call by thread 1 of the middle is linked to, when it has no parent.
func TestLinks(t *testing.T) {
	t1, t2, g1 := thread(1), thread(2), goroutine(1, 0)
	for name, tt := range map[string]struct {
		before func(b *bed) []*served // gives what is linked
		by     event.Thread
		how    Evidence
	}{
		"the event loop's one": {func(b *bed) []*served { return []*served{b.arrive(middle, nil).poll(t1)} }, t1, Thread},
		"the event loop's several": {func(b *bed) []*served {
			return []*served{b.arrive(middle, nil).poll(t1), b.arrive(middle, nil).poll(t1)}
		}, t1, Process},
		"those of other threads": {func(b *bed) []*served {
			return []*served{b.arrive(middle, nil).wait(t1), b.arrive(middle, nil).wait(t2)}
		}, thread(3), Process},
		"the parent goroutine's": {func(b *bed) []*served {
			b.arrive(middle, nil).poll(goroutine(2, 0))
			return []*served{b.arrive(middle, nil).poll(g1)}
		}, goroutine(5, 1), Goroutine},
		"those of a parent with several": {func(b *bed) []*served {
			return []*served{b.arrive(middle, nil).poll(g1), b.arrive(middle, nil).poll(g1)}
		}, goroutine(5, 1), Process},
		"as many as there may be": {func(b *bed) (all []*served) {
			for range maxLinks {
				all = append(all, b.arrive(middle, nil).poll(t1))
			}
			return all
		}, t1, Process},
		"too many": {func(b *bed) []*served {
			for range maxLinks + 1 {
				b.arrive(middle, nil).poll(t1)
			}
			return nil
		}, t1, Process},
		"those that will have a span": {func(b *bed) []*served {
			b.host.unkept[b.arrive(middle, nil).poll(t1).x] = true
			return []*served{b.arrive(middle, nil).poll(t1)}
		}, t1, Process},
		"one that will have none": {func(b *bed) []*served {
			b.host.unkept[b.arrive(middle, nil).poll(t1).x] = true
			return nil
		}, t1, Process},
		"another process's": {func(b *bed) []*served { b.arrive(other, nil).poll(t2); return nil }, t1, Process},
		"one that may be answered": {func(b *bed) []*served {
			b.arrive(middle, nil).poll(t1)
			b.lost++
			return nil
		}, t1, Process},
		"one that is answered": {func(b *bed) []*served { b.arrive(middle, nil).poll(t1).answer(t1); return nil }, t1, Process},
		"one of a process that hands over": {func(b *bed) []*served {
			b.arrive(middle, nil).wait(t1).answer(t2)
			return []*served{b.arrive(middle, nil).wait(t1)}
		}, t1, Thread},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(Options{Threads: true, Links: true})
			linked := tt.before(b)
			var want []Link
			for _, r := range linked {
				want = append(want, Link{TraceID: r.place.TraceID, SpanID: r.place.SpanID, Evidence: tt.how})
			}
			p := b.call(middle, tt.by)
			assert.False(t, p.Outcome.Found())
			assert.Equal(t, want, p.Links)
			for _, r := range linked {
				assert.True(t, r.Promised())
			}
		})
	}
	b := newBed(Options{Threads: true})
	r := b.arrive(middle, nil).poll(t1)
	assert.Empty(t, b.call(middle, t1).Links, "links are off")
	assert.False(t, r.Promised())
}

// ratio keeps what a test says.
type ratio struct{ root, remote bool }

func (r ratio) Root([16]byte) bool                { return r.root }
func (r ratio) Remote(*tracecontext.Context) bool { return r.remote }

func TestSampler(t *testing.T) {
	t1, wired := thread(1), withContext(1, 2)
	for name, s := range map[string]ratio{
		"all": {true, true}, "roots": {true, false}, "remote": {false, true}, "none": {false, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(Options{Threads: true, Links: true, Sampler: s})
			flags := Random
			if s.root {
				flags |= Sampled
			}
			r := b.arrive(middle, nil).wait(t1)
			assert.Equal(t, s.root, r.place.Keep)
			assert.Equal(t, flags, r.place.Flags)
			below := b.call(middle, t1)
			require.Equal(t, ByThread, below.Outcome)
			assert.Equal(t, s.root, below.Keep, "a child shares its parent's fate")
			assert.Equal(t, flags|HasIsRemote, below.Flags)

			b.arrive(other, nil, wired).wait(thread(2))
			adopted := b.call(other, thread(2), wired)
			require.Equal(t, ByForwarded, adopted.Outcome)
			assert.Equal(t, s.remote, adopted.Keep)
			assert.Equal(t, Sampled|HasIsRemote, adopted.Flags, "the wire's flags are kept")
		})
	}
}

// No link to what the sampler leaves out, none from it, and no promise for its sake.
func TestLinksAndSampler(t *testing.T) {
	for name, tt := range map[string]struct {
		s     ratio
		r     func(*proto.Exchange)
		links int
	}{
		"both kept":          {ratio{true, true}, withContext(1, 2), 1},
		"the request is not": {ratio{true, false}, withContext(1, 2), 0},
		"the call is not":    {ratio{false, true}, withContext(1, 2), 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(Options{Threads: true, Links: true, Sampler: tt.s})
			r := b.arrive(middle, nil, tt.r).poll(thread(1))
			p := b.call(middle, thread(1))
			assert.Equal(t, EventLoop, p.Outcome)
			assert.Len(t, p.Links, tt.links)
			assert.Equal(t, tt.links > 0, r.Promised())
		})
	}
}
