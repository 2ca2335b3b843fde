package process

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

func TestSweepDropsTheDead(t *testing.T) {
	p, _, c := setup(t)
	p.add(shop())
	r := c.Lookup(seen(shop()))
	c.Sweep()
	c.Sweep()
	assert.Same(t, r, c.Lookup(seen(shop())), "it lives, used or not")
	p.remove(77)
	c.Sweep()
	assert.Equal(t, uint64(1), c.Stats().Size, "events of it may still be under way")
	c.Sweep()
	assert.Equal(t, Stats{Cap: 8192, Reads: 1, Expired: 1}, c.Stats())
	c.Sweep()
}

func TestSweepDropsReusedPids(t *testing.T) {
	p, _, c := setup(t)
	p.add(shop())
	c.Lookup(event.Process{PID: 77, Start: 5, Comm: "old"}) // never seen alive
	c.Lookup(seen(shop()))
	next := shop()
	next.ticks = 9000
	p.add(next)
	for range 6 {
		c.Sweep()
	}
	assert.Zero(t, c.Stats().Size)
	assert.Equal(t, uint64(2), c.Stats().Expired)
}

func TestSweepSeesExecUnderTheSameName(t *testing.T) {
	p, _, c := setup(t)
	f := fake{pid: 77, ticks: 4200, stack: 1, comm: "python3", exe: "/usr/bin/python3", argv: []string{"python3", "one.py"}}
	p.add(f)
	one := c.Lookup(seen(f))
	f.stack, f.argv = 2, []string{"python3", "two.py"}
	p.add(f)
	assert.Same(t, one, c.Lookup(seen(f)))
	c.Sweep()
	assert.Equal(t, "two", c.Lookup(seen(f)).Service)
}

func TestSweepCatchesUpWithTheBudget(t *testing.T) {
	p, w, c := setup(t, func(o *Options) { o.LookupsPerSecond = 1 })
	p.add(shop())
	c.Lookup(event.Process{PID: 5, Start: 1}) // takes the only token
	r := c.Lookup(seen(shop()))
	assert.Equal(t, "unknown_service:python3", r.Service)
	w.now += 2 * second
	c.Sweep()
	c.Sweep()
	assert.Equal(t, "shop", c.entries[key{77, seen(shop()).Start}].res.Service)
}

func TestSweepVisitsASixtiethAtATime(t *testing.T) {
	p, _, c := setup(t)
	for i := range uint32(120) {
		f := fake{pid: 1000 + i, ticks: 5, comm: "x"}
		p.add(f)
		c.Lookup(seen(f))
	}
	c.Sweep()
	touched := 0
	for _, e := range c.ring {
		if e.touched {
			touched++
		}
	}
	assert.Equal(t, 118, touched)
	for range 59 {
		c.Sweep()
	}
	for _, e := range c.ring {
		assert.False(t, e.touched)
	}
}

func TestSweepDropsRemovedCgroups(t *testing.T) {
	root := t.TempDir()
	_, _, c := setup(t, func(o *Options) { o.CgroupRoot = root })
	dir := filepath.Join(root, "docker", id64)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	c.Lookup(event.Process{Cgroup: inodeOf(t, dir)})
	c.Lookup(event.Process{Cgroup: 1 << 60}) // never existed
	for range 4 {
		c.Sweep()
	}
	assert.Equal(t, uint64(1), c.Stats().Size)
	require.NoError(t, os.RemoveAll(filepath.Join(root, "docker")))
	c.Sweep()
	assert.Zero(t, c.Stats().Size)
}

func inodeOf(t testing.TB, dir string) uint64 {
	info, err := os.Stat(dir)
	require.NoError(t, err)
	return inode(info)
}
