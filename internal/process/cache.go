package process

import (
	"path/filepath"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// Cache gives every process its resource. Lookup, Forget and Sweep belong to
// the goroutine that runs the pipeline; Stats may be called from anywhere.
type Cache struct {
	opts     Options
	proc     procFS
	build    builder
	cgroups  *resolver
	budget   budget
	reading  readers
	binaries binaries
	unknown  *Resource
	entries  map[key]*entry
	latest   map[uint32]*entry // by pid, the newest process that had it
	ring     []*entry          // every entry once, for the clock hand and the sweep
	hand     int
	sweeping int
	counters counters
}

// key is a process by pid and start time (ns since boot), or a cgroup by its
// id with pid 0.
type key struct {
	pid uint32
	id  uint64
}

// New makes an empty cache. It reads the boot id and nothing else.
func New(o Options) *Cache {
	o = o.withDefaults()
	if o.CgroupRoot != "" {
		if p, err := filepath.EvalSymlinks(o.CgroupRoot); err == nil {
			o.CgroupRoot = p
		}
	}
	c := &Cache{
		opts: o,
		proc: procFS(o.ProcFS),
		build: builder{
			host: clean(o.HostName, maxValue), boot: bootID(o.ProcFS), version: o.Version, elsewhere: o.Elsewhere,
		},
		cgroups: newResolver(o.CgroupRoot),
		budget:  newBudget(o.LookupsPerSecond, o.Now()),
		entries: make(map[key]*entry),
		latest:  make(map[uint32]*entry),
	}
	c.unknown = c.build.fromCgroup(event.Process{}, "", nil)
	return c
}

// Lookup gives the resource of a process; never nil. The same process gets the
// same pointer for as long as nothing about it changes. A hit costs one map
// look-up. A miss reads /proc within Options.ReadTimeout, unless the budget
// is used up: then the resource holds what the kernel told, and a later
// Lookup tries again.
//
// exec(2) keeps pid and start time. It is noticed by a Comm that was not seen
// with this process before, or by Sweep.
func (c *Cache) Lookup(p event.Process) *Resource {
	if p.PID == 0 {
		return c.byCgroup(p)
	}
	if p.Start == 0 {
		return c.byPID(p)
	}
	e, ok := c.entries[key{p.PID, p.Start}]
	if !ok {
		return c.admit(p).res
	}
	e.use()
	return c.current(e, p)
}

// Unknown is the resource of whatever has neither a process nor a cgroup.
func (c *Cache) Unknown() *Resource { return c.unknown }

// Stats reads the counters.
func (c *Cache) Stats() Stats { return c.counters.stats(c.opts.Entries) }

// admit makes the entry of a process that is seen for the first time. If it
// was first seen without its start time, that entry is the one.
func (c *Cache) admit(p event.Process) *entry {
	if e := c.latest[p.PID]; e != nil && e.key.id == 0 && e.ticks != 0 && sameStart(p.Start, e.ticks) {
		c.rename(e, key{p.PID, p.Start})
		e.who.Start = p.Start
		e.use()
		c.current(e, p)
		return e
	}
	e := &entry{key: key{p.PID, p.Start}, who: p}
	e.meet(p.Comm)
	c.insert(e)
	c.fill(e)
	return e
}

// current gives the entry's resource, after another look at an entry that is
// not settled, or whose process has taken a new name.
func (c *Cache) current(e *entry, p event.Process) *Resource {
	if e.settled && e.knows(p.Comm) {
		return e.res
	}
	return c.revisit(e, p)
}

func (c *Cache) revisit(e *entry, p event.Process) *Resource {
	if !e.knows(p.Comm) {
		e.meet(p.Comm)
		e.settled = false
	}
	c.fill(e)
	return e.res
}

// recheck is how long an entry found by pid alone is believed, ns.
const recheck = 1e9

// byPID serves events that do not carry the start time: the newest process
// known by that pid, if /proc says that it still is the one.
func (c *Cache) byPID(p event.Process) *Resource {
	now := c.opts.Now()
	e := c.latest[p.PID]
	if e == nil {
		e = c.admit(p)
		e.checkAt = now + recheck
		return e.res
	}
	e.use()
	if now >= e.checkAt && c.budget.take(now) {
		e.checkAt = now + recheck
		if s, err := c.proc.stat(p.PID); err == nil && s.ticks != e.ticks {
			return c.replace(e, p, now).res
		}
	}
	return c.current(e, p)
}

// replace gives the pid to the process that has it now.
func (c *Cache) replace(old *entry, p event.Process, now int64) *entry {
	if old.key.id == 0 { // it was known by its pid only
		c.remove(old)
	}
	e := c.admit(p)
	e.checkAt = now + recheck
	return e
}
