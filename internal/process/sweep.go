package process

import (
	"os"
	"path/filepath"
)

// sweepRound is how many calls of Sweep look at every entry once.
const sweepRound = 60

// Sweep looks at the next sixtieth of the entries: those that have exited
// and were not used since the last round are dropped, those that have become
// another program (exec) are read again. Call it once a second or so; it costs
// about 10 µs per entry looked at.
func (c *Cache) Sweep() {
	for n := (len(c.ring) + sweepRound - 1) / sweepRound; n > 0 && len(c.ring) > 0; n-- {
		if c.sweeping >= len(c.ring) {
			c.sweeping = 0
		}
		if e := c.ring[c.sweeping]; c.sweep(e) {
			c.sweeping++
		} else {
			c.remove(e) // another one has taken its slot
			c.counters.expired.Add(1)
		}
	}
}

// sweep looks at one entry. False: it can go.
func (c *Cache) sweep(e *entry) bool {
	touched := e.touched
	e.touched = false
	if e.key.pid == 0 {
		return touched || c.cgroupLives(e)
	}
	s, err := c.proc.stat(e.key.pid)
	switch {
	case err != nil, e.ticks == 0 && !sameStart(e.key.id, s.ticks), e.ticks != 0 && e.ticks != s.ticks:
		return touched
	case !e.settled, s != e.stat:
		e.settled = false
		c.fill(e)
	}
	return true
}

func (c *Cache) cgroupLives(e *entry) bool {
	if e.res == c.unknown || c.opts.CgroupRoot == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(c.opts.CgroupRoot, e.res.CgroupPath))
	return err == nil
}
