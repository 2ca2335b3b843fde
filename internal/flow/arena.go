package flow

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

const (
	// chunk is how many flows are allocated at a time.
	chunk = 64
	// glance is how many flows are looked at to find one that can make room.
	glance = 32
	// idleEnough is how long a flow must have been idle to make room for another, ns.
	idleEnough = int64(time.Second)
)

// arena holds the memory of all flows. It grows to the largest number ever held.
type arena struct {
	chunks [][]Flow
	free   []*Flow
	cursor int
}

func (a *arena) get() *Flow {
	if len(a.free) == 0 {
		c := make([]Flow, chunk)
		a.chunks = append(a.chunks, c)
		for i := range c {
			a.free = append(a.free, &c[chunk-1-i])
		}
	}
	n := len(a.free) - 1
	f := a.free[n]
	a.free = a.free[:n]
	f.state = live
	return f
}

// put takes a flow's memory back, and clears it: nothing that it pointed to is
// kept alive.
func (a *arena) put(f *Flow) {
	*f = Flow{}
	a.free = append(a.free, f)
}

// each calls do with every flow in the table; do may put it back.
func (a *arena) each(do func(*Flow)) {
	for _, c := range a.chunks {
		for i := range c {
			if c[i].state&live != 0 {
				do(&c[i])
			}
		}
	}
}

// idlest looks at the next few flows, in turn, and returns the one that has
// been idle longest, if that is long enough. A full table of busy flows gives up
// none of them: refusing the new is better than losing what is under way.
func (a *arena) idlest(now int64) *Flow {
	var found *Flow
	since := now - idleEnough
	for range min(glance, len(a.chunks)*chunk) {
		f := &a.chunks[a.cursor/chunk][a.cursor%chunk]
		if a.cursor++; a.cursor == len(a.chunks)*chunk {
			a.cursor = 0
		}
		if f.state&live != 0 && f.lastSeen < since {
			found, since = f, f.lastSeen
		}
	}
	return found
}

// open makes a flow of its first record. Nil: the table is full.
func (t *Table) open(ev *event.Event) *Flow {
	if t.Len() >= t.cfg.MaxFlows {
		victim := t.flows.idlest(ev.Time)
		if victim == nil {
			return nil
		}
		t.count.evicted.Add(1)
		t.finish(victim, Expired)
	}
	f := t.flows.get()
	f.Cookie, f.Transport = ev.Cookie, ev.Transport
	f.Local, f.Remote = ev.Local, ev.Remote
	f.opened, f.lastSeen = ev.Time, ev.Time
	t.wheel.arm(f, ev.Time+t.patience(f))
	t.count.opened.Add(1)
	return f
}
