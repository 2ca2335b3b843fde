package process

import "sync/atomic"

// Stats are the cache's counters. All but Size and Cap only grow.
type Stats struct {
	// Size and Cap are entries held and the most that may be.
	Size, Cap uint64
	// Reads is how often /proc was read.
	Reads uint64
	// Evicted entries gave way to new ones; Expired ones had exited.
	Evicted, Expired uint64
	// Gone look-ups found no process; Foreign ones found another with its pid.
	Gone, Foreign uint64
	// OverBudget look-ups were put off; TimedOut ones took too long.
	OverBudget, TimedOut uint64
	// Unresolved is how often a cgroup id could not be turned into a path.
	Unresolved uint64
}

// counters hold Stats so that any goroutine may read them.
type counters struct {
	size, reads, evicted, expired, gone, foreign, overBudget, timedOut, unresolved atomic.Uint64
}

func (c *counters) stats(limit int) Stats {
	return Stats{
		Size: c.size.Load(), Cap: uint64(limit), Reads: c.reads.Load(),
		Evicted: c.evicted.Load(), Expired: c.expired.Load(),
		Gone: c.gone.Load(), Foreign: c.foreign.Load(),
		OverBudget: c.overBudget.Load(), TimedOut: c.timedOut.Load(), Unresolved: c.unresolved.Load(),
	}
}
