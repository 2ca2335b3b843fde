package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// byCgroup serves events without a process: everything in one cgroup shares a resource.
func (c *Cache) byCgroup(p event.Process) *Resource {
	if p.Cgroup == 0 {
		return c.unknown
	}
	k := key{0, p.Cgroup}
	e, ok := c.entries[k]
	if !ok {
		e = &entry{key: k, who: p}
		c.insert(e)
	}
	e.use()
	if !e.settled {
		c.fill(e)
	}
	return e.res
}

// fillCgroup resolves the id. An id that cannot be resolved gets the unknown
// resource until it can.
func (c *Cache) fillCgroup(e *entry) {
	now := c.opts.Now()
	if now < e.retryAt && e.pending == nil {
		return
	}
	path, ok := c.cgroups.path(e.key.id, now)
	if !ok {
		c.counters.unresolved.Add(1)
		e.res, e.retryAt = c.unknown, now+retryAfter/4
		return
	}
	out, ok := c.fetch(e, func() outcome { return c.proc.lead(c.opts.CgroupRoot, path) })
	if !ok {
		if e.res == nil || e.res == c.unknown {
			e.res = c.build.fromCgroup(e.who, path, nil)
		}
		return
	}
	e.settled = true
	if out.err != nil {
		e.keep(c.build.fromCgroup(e.who, path, nil))
		return
	}
	e.keep(c.build.fromCgroup(e.who, path, &out.facts))
}

// lead finds the program that a container or a service unit was made for: its
// oldest process, which is the one with the smallest pid unless pids have
// wrapped. Other cgroups (sessions, slices) have no such thing.
func (p procFS) lead(root, path string) outcome {
	if cg := ParseCgroup(path); !cg.Contained() && unitService(cg.Unit) == "" {
		return outcome{err: errGone}
	}
	dir, err := os.OpenRoot(filepath.Join(root, path))
	if err != nil {
		return outcome{err: errGone}
	}
	defer func() { _ = dir.Close() }()
	list, err := readSome(dir, "cgroup.procs", statLimit)
	if err != nil {
		return outcome{err: errGone}
	}
	pid := smallest(list)
	if pid == 0 {
		return outcome{err: errGone}
	}
	f, err := p.read(pid, 0)
	return outcome{facts: f, err: err}
}

// smallest is the smallest pid of a list, one a line; 0 (a process of another
// pid namespace) does not count.
func smallest(list []byte) uint32 {
	var least uint64
	for line := range bytes.Lines(list) {
		n, err := strconv.ParseUint(string(bytes.TrimSpace(line)), 10, 32)
		if err == nil && n != 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return uint32(least)
}
