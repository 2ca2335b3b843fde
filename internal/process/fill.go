package process

import (
	"errors"
	"os"
	"path/filepath"
)

const (
	// retryAfter is how long a look-up that took too long is left alone, and
	// one of a process that changes its name all the time, ns.
	retryAfter = 1e9
	// backlog is how long a look-up waits that was over the budget, ns.
	backlog = 10e6
)

// fill looks an entry's process up in /proc, if it is time and the budget
// allows. The entry has a resource after it in any case.
func (c *Cache) fill(e *entry) {
	if e.key.pid == 0 {
		c.fillCgroup(e)
		return
	}
	out, ok := c.fetch(e, func() outcome {
		f, err := c.proc.read(e.who.PID, e.who.Start)
		if err == nil {
			f.golang = c.binaries.golang(c.proc, e.who.PID, &f)
		}
		return outcome{facts: f, err: err}
	})
	switch {
	case !ok:
		if e.res == nil {
			e.res = c.build.fromKernel(e.who, c.lastCgroup(e))
			e.res.Provisional = true
		}
	case out.err == nil && c.doubtful(e, out.facts.cgroup):
		c.counters.foreign.Add(1)
		e.retryAt = c.opts.Now() + retryAfter
		e.res = c.build.fromKernel(e.who, c.lastCgroup(e))
		e.res.Provisional = true
	case out.err == nil:
		e.stat, e.settled = out.facts.stat, true
		out.facts.cgroup = c.cgroupPath(out.facts.cgroup, e.who.Cgroup)
		e.keep(c.build.fromFacts(e.who, &out.facts))
	default:
		if errors.Is(out.err, errForeign) {
			c.counters.foreign.Add(1)
		} else {
			c.counters.gone.Add(1)
		}
		e.settled = true
		e.keep(c.build.fromKernel(e.who, c.lastCgroup(e)))
	}
}

// doubtful tells whether what /proc said may be of another process: one that
// got the number within the same tick of the clock that start times are told in, and
// lives elsewhere. It asks only while the process is young; later it may have been moved.
func (c *Cache) doubtful(e *entry, cgroup string) bool {
	if e.who.Home == 0 || c.opts.CgroupRoot == "" || cgroup == "" || climbs(cgroup) || c.opts.Now()-e.made > retryAfter {
		return false
	}
	info, err := os.Stat(filepath.Join(c.opts.CgroupRoot, cgroup))
	return err == nil && inode(info) != e.who.Home
}

// fetch gets an outcome: of the look-up under way, or of a new one. False: not now.
func (c *Cache) fetch(e *entry, look func() outcome) (outcome, bool) {
	if e.pending != nil {
		select {
		case out := <-e.pending:
			e.pending = nil
			return out, true
		default:
			return outcome{}, false
		}
	}
	now := c.opts.Now()
	if now < e.retryAt {
		return outcome{}, false
	}
	if !c.budget.take(now) {
		c.counters.overBudget.Add(1)
		e.retryAt = now + backlog
		return outcome{}, false
	}
	c.counters.reads.Add(1)
	if e.names > len(e.comms) {
		e.retryAt = now + retryAfter
	}
	out, late, ok := c.reading.run(look, c.opts.ReadTimeout)
	if !ok {
		e.pending, e.retryAt = late, now+retryAfter
		c.counters.timedOut.Add(1)
	}
	return out, ok
}

// keep takes a new resource unless it says the same as the old one: spans of
// the same process then go on sharing a pointer.
func (e *entry) keep(r *Resource) {
	if e.res == nil || !e.res.same(r) {
		e.res = r
	}
}

// cgroupPath settles the path that /proc gave. One that leads out of our
// cgroup namespace, or says nothing, is asked of the mount by id.
func (c *Cache) cgroupPath(path string, id uint64) string {
	if path == "" || path == "/" || climbs(path) {
		if p, ok := c.cgroups.path(id, c.opts.Now()); ok {
			return p
		}
	}
	if path == "" {
		return ""
	}
	return clean(withoutClimb(path), maxPath)
}

// lastCgroup is where an exited process lived: what we knew, else what its id says.
func (c *Cache) lastCgroup(e *entry) string {
	if e.res != nil && e.res.CgroupPath != "" {
		return e.res.CgroupPath
	}
	return c.cgroupPath("", e.who.Cgroup)
}

// maxPath bounds Resource.CgroupPath, in bytes.
const maxPath = 4096
