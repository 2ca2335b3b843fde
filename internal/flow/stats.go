package flow

import "sync/atomic"

// Stats is what a table has counted since it was made. Flows, HeldBytes and
// EarlyRecords are gauges.
type Stats struct {
	// Flows is how many flows are held, Capacity how many can be.
	Flows, Capacity uint64
	// Opened, Evicted (for want of room), Expired (idle) and Refused (no room)
	// count flows; Refused counts a flow once per record.
	Opened, Evicted, Expired, Refused uint64
	// DuplicateRecords and DuplicateBytes were seen before, or came after the
	// end of their direction or of the wait for them.
	DuplicateRecords, DuplicateBytes uint64
	// LostBytes is what was missing where the tap had cut nothing; Holes is how
	// often data was held up by it, Filled how many late records closed or
	// narrowed a hole, GivenUp how many holes stayed.
	LostBytes, Holes, Filled, GivenUp uint64
	// HeldBytes is what waits behind holes now, bookkeeping included.
	HeldBytes uint64
	// EarlyRecords is how many records of listeners wait for their connection,
	// EarlyAdopted how many found it, EarlyExpired how many did not.
	EarlyRecords, EarlyAdopted, EarlyExpired uint64
	// ConnectFailed counts connects that failed, Malformed records that
	// contradict themselves.
	ConnectFailed, Malformed uint64
}

// counters is Stats as the table writes it: one goroutine adds, any may read.
type counters struct {
	opened, closed, evicted, expired, refused atomic.Uint64
	duplicateRecords, duplicateBytes          atomic.Uint64
	lostBytes, holes, filled, givenUp         atomic.Uint64
	heldBytes, earlyRecords                   atomic.Int64
	earlyAdopted, earlyExpired                atomic.Uint64
	connectFailed, malformed                  atomic.Uint64
}

// Stats reads the counters. It may be called from any goroutine.
func (t *Table) Stats() Stats {
	c := &t.count
	closed := c.closed.Load() // before opened, so that the difference is never negative
	opened := c.opened.Load()
	return Stats{
		Flows:            opened - closed,
		Capacity:         uint64(t.cfg.MaxFlows),
		Opened:           opened,
		Evicted:          c.evicted.Load(),
		Expired:          c.expired.Load(),
		Refused:          c.refused.Load(),
		DuplicateRecords: c.duplicateRecords.Load(),
		DuplicateBytes:   c.duplicateBytes.Load(),
		LostBytes:        c.lostBytes.Load(),
		Holes:            c.holes.Load(),
		Filled:           c.filled.Load(),
		GivenUp:          c.givenUp.Load(),
		HeldBytes:        uint64(c.heldBytes.Load()),
		EarlyRecords:     uint64(c.earlyRecords.Load()),
		EarlyAdopted:     c.earlyAdopted.Load(),
		EarlyExpired:     c.earlyExpired.Load(),
		ConnectFailed:    c.connectFailed.Load(),
		Malformed:        c.malformed.Load(),
	}
}
