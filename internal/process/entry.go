package process

import "github.com/beylareceiver/beylareceiver/internal/event"

// entry is one process, or one cgroup, in the cache.
type entry struct {
	key key
	// who is what the kernel told of it.
	who event.Process
	res *Resource
	// comms are the names under which the kernel has shown it. Flows that the
	// process took hold of before an exec go on showing the old one.
	comms [4]string
	names int
	// stat is what /proc said when it was read; zero if it said nothing.
	stat
	slot int
	// settled entries have been looked up, with whatever result.
	settled bool
	// pending is a look-up that took too long.
	pending chan outcome
	// made, retryAt and checkAt are times of Options.Now.
	made, retryAt, checkAt int64
	// used is read by the clock hand, touched by the sweep.
	used, touched bool
}

func (e *entry) use() { e.used, e.touched = true, true }

// knows tells whether the process was looked up under this name. No name is no news.
func (e *entry) knows(comm string) bool {
	if comm == "" || comm == e.who.Comm {
		return true
	}
	for i := range e.comms {
		if e.comms[i] == comm {
			return true
		}
	}
	return comm == e.comm
}

// meet remembers a name.
func (e *entry) meet(comm string) {
	if comm == "" {
		return
	}
	e.who.Comm = comm
	e.comms[e.names%len(e.comms)] = comm
	e.names++
}

// newer tells whether the entry's process began after the other one's. One whose
// start is not known is taken for the one that has the pid now.
func (e *entry) newer(o *entry) bool {
	return o == nil || e.key.id == 0 || o.key.id == 0 || e.key.id > o.key.id
}

// insert adds an entry; in a full cache another one gives way.
func (c *Cache) insert(e *entry) {
	if old := c.entries[e.key]; old != nil {
		c.remove(old)
	}
	if len(c.ring) >= c.opts.Entries {
		c.evict()
	}
	e.slot, e.touched, e.made = len(c.ring), true, c.opts.Now()
	c.ring = append(c.ring, e)
	c.entries[e.key] = e
	if e.key.pid != 0 && e.newer(c.latest[e.key.pid]) {
		c.latest[e.key.pid] = e
	}
	c.counters.size.Store(uint64(len(c.ring)))
}

// evict moves the clock hand to an entry that was not used since it last
// passed, and removes that.
func (c *Cache) evict() {
	for {
		if c.hand >= len(c.ring) {
			c.hand = 0
		}
		e := c.ring[c.hand]
		if !e.used {
			c.remove(e)
			c.counters.evicted.Add(1)
			return
		}
		e.used = false
		c.hand++
	}
}

func (c *Cache) remove(e *entry) {
	last := len(c.ring) - 1
	moved := c.ring[last]
	c.ring[e.slot], moved.slot = moved, e.slot
	c.ring[last] = nil
	c.ring = c.ring[:last]
	delete(c.entries, e.key)
	if c.latest[e.key.pid] == e {
		delete(c.latest, e.key.pid)
	}
	c.counters.size.Store(uint64(last))
}

// rename gives an entry its full key.
func (c *Cache) rename(e *entry, k key) {
	delete(c.entries, e.key)
	e.key = k
	c.entries[k] = e
}

// Forget drops a process at once. start is event.Process.Start.
func (c *Cache) Forget(pid uint32, start uint64) {
	if e, ok := c.entries[key{pid, start}]; ok && pid != 0 {
		c.remove(e)
	}
}
