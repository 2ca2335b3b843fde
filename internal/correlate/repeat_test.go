package correlate

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Whom a call that carries on a request id, or a context, belongs to. The process
// is an event loop, so that nothing else is evidence.
func TestRepeated(t *testing.T) {
	loop := thread(1)
	type shape = func(*proto.Exchange)
	for name, carry := range map[string]struct {
		shape
		found Outcome
		id    bool
	}{
		"request id": {withID(5), ByRequestID, true},
		"context":    {withContext(1, 2), ByForwarded, false},
	} {
		for name2, tt := range map[string]struct {
			before func(b *bed) *served // gives the parent
			pid    uint32
			why    Outcome // of a request id
		}{
			"in hand":          {func(b *bed) *served { return b.arrive(middle, nil, carry.shape) }, middle, 0},
			"in hand and read": {func(b *bed) *served { return b.arrive(middle, nil, carry.shape).poll(loop) }, middle, 0},
			"being answered": {func(b *bed) *served {
				r := b.arrive(middle, nil, carry.shape).poll(loop)
				b.Wrote(r.conn, loop)
				return r
			}, middle, 0},
			"among others": {func(b *bed) *served {
				b.arrive(middle, nil, withID(6)).poll(loop)
				b.arrive(other, nil, carry.shape)
				r := b.arrive(middle, nil, carry.shape).poll(loop)
				b.arrive(other, nil, carry.shape)
				return r
			}, middle, 0},
			"whose like another process had": {func(b *bed) *served {
				b.arrive(other, nil, carry.shape).done()
				return b.arrive(middle, nil, carry.shape)
			}, middle, 0},
			"whose like was long ago": {func(b *bed) *served {
				b.arrive(middle, nil, carry.shape).done()
				for range 2 {
					b.now += memoryTime + 1
					b.arrive(middle, nil, withID(1), withContext(9, 9)).done()
				}
				return b.arrive(middle, nil, carry.shape)
			}, middle, 0},
			"a loss was long ago": {func(b *bed) *served {
				b.arrive(middle, nil).done()
				b.lost++
				b.arrive(middle, nil).done()
				b.now += memoryTime
				return b.arrive(middle, nil, carry.shape)
			}, middle, 0},
			"in nobody's hand":   {func(b *bed) *served { b.arrive(middle, nil, withID(6)); return nil }, middle, NothingInHand},
			"of another process": {func(b *bed) *served { b.arrive(other, nil, carry.shape); return nil }, middle, NothingInHand},
			"of nobody known":    {func(b *bed) *served { b.arrive(middle, nil, carry.shape); return nil }, 0, NothingInHand},
			"in an unknown hand": {func(b *bed) *served { b.arrive(0, nil, carry.shape); return nil }, middle, SeveralInHand},
			"over":               {func(b *bed) *served { b.arrive(middle, nil, carry.shape).done(); return nil }, middle, NothingInHand},
			"in hand twice": {func(b *bed) *served {
				b.arrive(middle, nil, carry.shape)
				b.arrive(middle, nil, carry.shape)
				return nil
			}, middle, SeveralInHand},
			"in an unknown, too": {func(b *bed) *served { b.arrive(middle, nil, carry.shape); b.arrive(0, nil, carry.shape); return nil }, middle, SeveralInHand},
			"tried again": {func(b *bed) *served {
				b.arrive(middle, nil, carry.shape).done()
				b.arrive(middle, nil, carry.shape)
				return nil
			}, middle, SeveralInHand},
			"tried again, unseen": {func(b *bed) *served {
				b.arrive(0, nil, carry.shape).done()
				b.arrive(middle, nil, carry.shape)
				return nil
			}, middle, SeveralInHand},
			"sent too often": {func(b *bed) *served {
				b.arrive(middle, nil, carry.shape)
				for range maxRepeats {
					b.arrive(other, nil, carry.shape)
				}
				return nil
			}, middle, SeveralInHand},
			"a record was lost": {func(b *bed) *served {
				b.arrive(middle, nil).done()
				b.lost++
				b.arrive(middle, nil, carry.shape)
				return nil
			}, middle, RecordsLost},
			"a record was lost before any came": {func(b *bed) *served { b.lost++; b.arrive(middle, nil, carry.shape); return nil }, middle, RecordsLost},
			"a record is lost":                  {func(b *bed) *served { b.arrive(middle, nil, carry.shape); b.lost++; return nil }, middle, RecordsLost},
			"not kept": {func(b *bed) *served {
				r := b.arrive(middle, nil, carry.shape)
				b.host.unkept[r.x] = true
				return nil
			}, middle, NotKept},
		} {
			t.Run(name+", "+name2, func(t *testing.T) {
				b := newBed(Options{Threads: true})
				parent := tt.before(b)
				p := b.call(tt.pid, loop, carry.shape)
				switch {
				case parent != nil:
					require.Equal(t, carry.found, p.Outcome, "%s", p.Outcome)
					require.Equal(t, parent.place.SpanID, p.Parent)
					assert.Equal(t, parent.place.TraceID, p.TraceID)
					assert.Equal(t, parent.place.State, p.State)
					assert.Equal(t, carry.found.evidence(), p.Evidence)
					assert.True(t, parent.Promised())
				case carry.id:
					require.Equal(t, tt.why, p.Outcome, "%s", p.Outcome)
					assert.Zero(t, p.Parent)
				default: // then it is a context like any other
					require.Equal(t, ByWire, p.Outcome, "%s", p.Outcome)
					assert.Equal(t, [8]byte{7: 2}, p.Parent)
				}
			})
		}
	}
}

// A context of another trace, a request that came later.
func TestNotForwarded(t *testing.T) {
	b := newBed(Options{})
	b.arrive(middle, nil, withContext(1, 2))
	assert.Equal(t, ByWire, b.call(middle, thread(1), withContext(9, 2)).Outcome)

	x := b.exchange()
	withContext(1, 3)(x)
	b.arrive(middle, nil, withContext(1, 3))
	assert.Equal(t, ByWire, b.client(x).Outcome)
}

// client places x as sent by the middle.
func (b *bed) client(x *proto.Exchange) *Place {
	p := b.Client(x, Sender{PID: middle, Thread: thread(1), Lost: b.lost})
	return &p
}

// The thread tells which of several requests with an id it is, but not that it is another one.
func TestRequestIDAndThread(t *testing.T) {
	t1, t2 := thread(1), thread(2)
	for name, tt := range map[string]struct {
		ids    [2]uint64 // what came, to the first and the second thread
		sent   uint64    // by the first thread
		parent int       // 0: none
		want   Outcome
	}{
		"both say the same":        {[2]uint64{5, 6}, 5, 1, ByRequestID},
		"the id is stronger":       {[2]uint64{5, 6}, 6, 2, ByRequestID},
		"the id is another's, too": {[2]uint64{5, 5}, 5, 1, ByThread},
		"an id of its own":         {[2]uint64{5, 6}, 7, 1, ByThread},
		"no id came":               {[2]uint64{0, 6}, 7, 1, ByThread},
		"none is sent":             {[2]uint64{5, 6}, 0, 1, ByThread},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(Options{Threads: true})
			r := [...]*served{
				1: b.arrive(middle, nil, withID(tt.ids[0])).wait(t1),
				2: b.arrive(middle, nil, withID(tt.ids[1])).wait(t2),
			}
			p := b.call(middle, t1, withID(tt.sent))
			assert.Equal(t, tt.want, p.Outcome, "%s", p.Outcome)
			assert.Equal(t, r[tt.parent].place.SpanID, p.Parent)
		})
	}
	b := newBed(Options{Threads: true})
	b.arrive(middle, nil, withID(6)).wait(t1)
	b.arrive(middle, nil, withID(5)).wait(t2)
	b.arrive(middle, nil, withID(5)).wait(thread(3))
	assert.Equal(t, SeveralInHand, b.call(middle, t1, withID(5)).Outcome, "the thread has another one than the id says")
}

func TestRepeatsAreRemoved(t *testing.T) {
	for _, order := range [][3]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}} {
		b := newBed(Options{})
		var rs [3]*served
		for i := range rs {
			rs[i] = b.arrive(uint32(10+i), nil, withID(5))
		}
		for n, i := range order {
			rs[i].done()
			for _, j := range order[n+1:] {
				got, _ := b.ids.only(5, func(r *Request) fit {
					if r == rs[j].Request {
						return yes
					}
					return no
				})
				require.Same(t, rs[j].Request, got)
			}
		}
		assert.Empty(t, b.ids.heads)
		for i := range rs {
			b.Drop(rs[i].conn)
		}
		requireEmpty(t, b.Correlator)
	}
}

// Memory is bounded by number as well.
func TestMemoryIsBounded(t *testing.T) {
	m := newMemory()
	for i := range uint64(3*maxMemory + 1) {
		m.add(i, 1)
		require.True(t, m.has(i))
	}
	assert.LessOrEqual(t, len(m.young)+len(m.old), 2*maxMemory)
	assert.False(t, m.has(0))
	assert.True(t, m.has(2*maxMemory), "a whole generation is known")
}
