package process

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

func TestBudgetBucket(t *testing.T) {
	b := newBudget(100, 0)
	n := 0
	for b.take(0) {
		n++
	}
	assert.Equal(t, 25, n, "a quarter of a second's worth at once")
	assert.False(t, b.take(9_999_999))
	assert.True(t, b.take(10_000_000))
	assert.False(t, b.take(0), "a clock that goes back gives nothing")
	n = 0
	for b.take(3600 * second) {
		n++
	}
	assert.Equal(t, 25, n, "credit does not pile up")
	slow := newBudget(1, 0)
	assert.True(t, slow.take(0))
	assert.False(t, slow.take(second-1))
	assert.True(t, slow.take(second))
}

func TestForkBomb(t *testing.T) {
	p, w, c := setup(t, func(o *Options) { o.LookupsPerSecond = 40 })
	var all []event.Process
	for i := range uint32(30) {
		f := fake{pid: 100 + i, ticks: 50, comm: "bomb", exe: "/srv/shop"}
		p.add(f)
		all = append(all, seen(f))
	}
	var first []*Resource
	for _, who := range all {
		r := c.Lookup(who)
		require.NotNil(t, r)
		first = append(first, r)
	}
	assert.Equal(t, uint64(10), c.Stats().Reads)
	assert.Equal(t, uint64(20), c.Stats().OverBudget)
	assert.Equal(t, "shop", first[9].Service)
	assert.Equal(t, "bomb", first[10].Service, "what the kernel told")
	assert.Same(t, first[10], c.Lookup(all[10]))
	assert.Equal(t, uint64(20), c.Stats().OverBudget, "it is not asked for again at once")
	for range 3 {
		w.now += second
		for _, who := range all {
			c.Lookup(who)
		}
	}
	for i, who := range all {
		r := c.Lookup(who)
		assert.Equal(t, "shop", r.Service)
		if i < 10 {
			assert.Same(t, first[i], r)
		}
	}
	assert.Equal(t, uint64(30), c.Stats().Reads)
}

func TestCapEvictsWhatIsNotUsed(t *testing.T) {
	p, _, c := setup(t, func(o *Options) { o.Entries = 4 })
	who := func(i int) event.Process {
		f := fake{pid: uint32(i), ticks: 50, comm: fmt.Sprint("p", i)}
		p.add(f)
		return seen(f)
	}
	for i := 1; i <= 4; i++ {
		c.Lookup(who(i))
	}
	kept := c.Lookup(who(2))
	for i := 5; i <= 50; i++ {
		c.Lookup(who(i))
		assert.Same(t, kept, c.Lookup(who(2)), "in use all the time")
		assert.Equal(t, uint64(4), c.Stats().Size)
		assert.Len(t, c.ring, 4)
		assert.Len(t, c.entries, 4)
		assert.Len(t, c.latest, 4)
		for slot, e := range c.ring {
			assert.Equal(t, slot, e.slot)
			assert.Same(t, e, c.entries[e.key])
		}
	}
	assert.Equal(t, uint64(46), c.Stats().Evicted)
}

func TestForgottenOldStartDoesNotHideTheNew(t *testing.T) {
	p, _, c := setup(t)
	p.add(shop())
	c.Lookup(event.Process{PID: 77, Start: 1, Comm: "old"})
	now := c.Lookup(seen(shop()))
	c.Lookup(event.Process{PID: 77, Start: 2, Comm: "late"})
	c.Forget(77, 1)
	c.Forget(77, 2)
	assert.Same(t, now, c.Lookup(event.Process{PID: 77}))
	c.Forget(77, seen(shop()).Start)
	assert.Empty(t, c.latest)
}

// TestHangingRead has a process whose environ cannot be read until somebody
// lets go: a pipe that nobody writes to.
func TestHangingRead(t *testing.T) {
	defer goleak.VerifyNone(t)
	p, w, c := setup(t, func(o *Options) { o.ReadTimeout = time.Millisecond })
	p.add(shop())
	pipe := filepath.Join(p.root, "77", "environ")
	require.NoError(t, os.Remove(pipe))
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))

	who := seen(shop())
	r := c.Lookup(who)
	assert.Equal(t, "unknown_service:python3", r.Service, "what the kernel told")
	assert.Equal(t, uint64(1), c.Stats().TimedOut)
	w.now += 10 * second
	assert.Same(t, r, c.Lookup(who), "it is not begun again while it hangs")
	assert.Equal(t, uint64(1), c.Stats().Reads)

	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = writer.WriteString("OTEL_SERVICE_NAME=late\x00")
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	e := c.entries[key{who.PID, who.Start}]
	out := <-e.pending
	e.pending <- out
	late := c.Lookup(who)
	assert.Equal(t, "late", late.Service)
	assert.Same(t, late, c.Lookup(who))
}

func TestTooManyHang(t *testing.T) {
	defer goleak.VerifyNone(t)
	var r readers
	release := make(chan struct{})
	var waiting []chan outcome
	for range maxStuck {
		_, late, ok := r.run(func() outcome { <-release; return outcome{err: errGone} }, time.Nanosecond)
		require.False(t, ok)
		require.NotNil(t, late)
		waiting = append(waiting, late)
	}
	_, late, ok := r.run(func() outcome { t.Error("begun"); return outcome{} }, time.Minute)
	assert.False(t, ok)
	assert.Nil(t, late)
	close(release)
	for _, ch := range waiting {
		assert.ErrorIs(t, (<-ch).err, errGone)
	}
}
