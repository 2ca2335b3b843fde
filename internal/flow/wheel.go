package flow

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

const (
	// slotBits: a slot of the wheel is 2^30 ns, about 1.07 s.
	slotBits = 30
	// slots spans 18 minutes; what is due later is looked at in between.
	slots = 1024
	// speechless is how long a flow of which only the owner is known waits for
	// its first payload, ns: a socket that carries none is closed without a record.
	speechless = int64(30 * time.Second)
	// unheard is how long an ignored flow is held without a record, ns.
	unheard = int64(30 * time.Second)
	// lingering is how long a flow whose directions have both ended waits for
	// its socket's Close, ns.
	lingering = int64(5 * time.Second)
)

// timer links a flow into a slot of the wheel.
type timer struct {
	prev, next *Flow
	// slot is one more than the slot's index; 0: in none.
	slot uint16
}

// wheel finds idle flows without looking at the others. A record moves nothing
// in it: when a flow's slot is due, its real idle time decides whether it expires
// or moves to a later slot.
type wheel struct {
	heads   [slots]*Flow
	now     int64 // in slots
	started bool
}

// arm puts a flow into the slot of time due.
func (w *wheel) arm(f *Flow, due int64) {
	w.disarm(f)
	if !w.started {
		w.started = true
		w.now = f.lastSeen >> slotBits
	}
	// A slot is looked at once all of it has passed.
	ahead := min(max((due>>slotBits)+1-w.now, 1), slots-1)
	i := (w.now + ahead) & (slots - 1)
	f.timer = timer{next: w.heads[i], slot: uint16(i) + 1}
	if w.heads[i] != nil {
		w.heads[i].timer.prev = f
	}
	w.heads[i] = f
}

func (w *wheel) disarm(f *Flow) {
	tm := f.timer
	if tm.slot == 0 {
		return
	}
	if tm.next != nil {
		tm.next.timer.prev = tm.prev
	}
	if tm.prev != nil {
		tm.prev.timer.next = tm.next
	} else {
		w.heads[tm.slot-1] = tm.next
	}
	f.timer = timer{}
}

// advance calls due with every flow whose slot has come by time now; due must
// arm or disarm it.
func (w *wheel) advance(now int64, due func(*Flow)) {
	to := now >> slotBits
	if !w.started || to <= w.now {
		return
	}
	from := max(w.now, to-slots)
	for w.now = from; w.now < to; {
		w.now++
		for f := w.heads[w.now&(slots-1)]; f != nil; f = w.heads[w.now&(slots-1)] {
			due(f)
		}
	}
}

// Tick lets time pass: now is event time (boot ns; in a replay the packets').
// It ends idle flows and gives up what has waited for too long. Its cost does
// not depend on the number of flows that are not due.
func (t *Table) Tick(now int64) {
	now = min(now, farthest)
	t.overdue(now)
	t.expireEarly(now)
	t.wheel.advance(now, func(f *Flow) {
		if due := f.lastSeen + t.patience(f); due > now {
			t.wheel.arm(f, due)
			return
		}
		t.count.expired.Add(1)
		t.finish(f, Idle)
	})
}

// patience is how long a flow may be idle, ns.
func (t *Table) patience(f *Flow) int64 {
	switch {
	case f.dirs[0].bits&f.dirs[1].bits&ended != 0:
		return lingering
	case f.state&ignoring != 0:
		return min(unheard, int64(t.cfg.IdleTimeout))
	case f.Transport == event.UDP:
		return int64(t.cfg.UDPIdleTimeout)
	case f.silent():
		return min(speechless, int64(t.cfg.IdleTimeout))
	}
	return int64(t.cfg.IdleTimeout)
}
