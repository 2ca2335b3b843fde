package correlate

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// serveMany lets the middle answer n requests.
func (b *bed) serveMany(n int) {
	for range n {
		r := b.arrive(middle, nil).wait(thread(1))
		r.answer(thread(1))
		b.Drop(r.conn)
	}
}

func TestLeaf(t *testing.T) {
	b := newBed(Options{Threads: true})
	b.serveMany(leafAfter - 1)
	assert.Empty(t, b.host.leaves)
	b.serveMany(1)
	assert.Equal(t, map[uint32]bool{middle: true}, b.host.leaves)
	b.serveMany(leafAfter)
	assert.Equal(t, 1, b.host.told, "once")

	b.call(other, thread(9))
	b.call(0, thread(9))
	assert.True(t, b.host.leaves[middle], "others called")
	b.call(middle, thread(1))
	assert.False(t, b.host.leaves[middle])
	b.serveMany(2 * leafAfter)
	assert.Equal(t, 2, b.host.told, "never again")

	b.Forget(middle) // another program now
	b.serveMany(leafAfter)
	assert.True(t, b.host.leaves[middle])
}

// The socket that a request is sent on may not be known as anybody's yet.
func TestCallOfAThreadIsNoLeafs(t *testing.T) {
	b := newBed(Options{Threads: true})
	b.serveMany(leafAfter - 1)
	r := b.arrive(middle, nil).wait(thread(1))
	assert.True(t, b.host.leaves[middle])
	b.call(0, thread(1))
	assert.False(t, b.host.leaves[middle])
	r.answer(thread(1))
}

func TestReadByNobodyKnown(t *testing.T) {
	b := newBed(Options{Threads: true})
	k := b.arrive(middle, nil).conn
	b.read(k, 0, event.Thread{}, event.Blocking)
	b.Wrote(k, thread(1))
	assert.Empty(t, b.hands.by[ofProcess])
}

// Of too many processes those that hold nothing are forgotten, and are leaves no more.
func TestSweep(t *testing.T) {
	b := newBed(Options{Threads: true})
	b.serveMany(leafAfter)
	kept := b.arrive(other, nil).wait(thread(2))
	for pid := range uint32(maxProcesses - 2) {
		r := b.arrive(1000+pid, nil).wait(thread(3))
		r.answer(thread(3))
		b.Drop(r.conn)
	}
	b.Sweep()
	assert.Len(t, b.hands.by[ofProcess], maxProcesses)
	r := b.arrive(7, nil).wait(thread(3))
	r.answer(thread(3))
	b.Drop(r.conn)
	b.Sweep()
	assert.Len(t, b.hands.by[ofProcess], 1)
	assert.Equal(t, map[uint32]bool{middle: false}, b.host.leaves)
	assert.Equal(t, ByThread, b.call(other, thread(2)).Outcome)
	kept.answer(thread(2))
	b.Drop(kept.conn)
	requireEmpty(t, b.Correlator)
}

// A hand that has held very much does not keep the room for it.
func TestSpareHandsAreSmall(t *testing.T) {
	b := newBed(Options{Threads: true})
	var conns []*Conn
	for range 2 * maxSpareConns {
		conns = append(conns, b.arrive(middle, nil).poll(thread(1)).conn)
	}
	for _, k := range conns {
		b.Drop(k)
	}
	assert.Empty(t, b.hands.spare)
	assert.Empty(t, b.hands.by[ofThread])
}
