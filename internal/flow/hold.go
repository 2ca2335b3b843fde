package flow

import (
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// queue is what a direction holds behind a hole, by position.
type queue struct {
	flow *Flow
	dir  event.Dir
	// place is the queue's index in Table.waiting.
	place int
	// cost is what the pieces take, bookkeeping included.
	cost   int
	pieces []piece
}

// pieceCost is the bookkeeping of one held piece, in bytes.
const pieceCost = 160

// hold keeps a copy of p until what lies before it has come or is given up.
func (t *Table) hold(f *Flow, d event.Dir, p *piece) {
	dir := &f.dirs[d]
	cost := bufferSize(len(p.bytes)) + pieceCost
	for dir.held != nil && !t.room(dir.held.cost, cost) {
		t.giveUp(f, d)
	}
	if dir.held == nil && (p.pos <= dir.next || !t.room(0, cost)) {
		t.pass(f, d, p)
		return
	}
	if dir.held == nil {
		dir.held = t.enqueue(f, d)
		t.count.holes.Add(1)
	}
	q := dir.held
	q.claimStart(dir.next, p)
	kept := *p
	kept.bytes = append(t.buffers.get(len(p.bytes)), p.bytes...)
	i := len(q.pieces)
	for i > 0 && q.pieces[i-1].pos > p.pos {
		i--
	}
	kept.hole = p.hole || i < len(q.pieces)
	q.pieces = slices.Insert(q.pieces, i, kept)
	q.cost += cost
	t.count.heldBytes.Add(int64(cost))
}

func (t *Table) room(held, cost int) bool {
	return held+cost <= t.cfg.MaxHeldFlow && t.count.heldBytes.Load()+int64(cost) <= int64(t.cfg.MaxHeld)
}

// claimStart lets a late piece take over the message whose first known bytes
// wait right behind its hole: the direction had flipped before the missing bytes,
// not after them. next is the position delivered so far.
func (q *queue) claimStart(next int64, p *piece) {
	if !p.late || p.starts || p.account != nil {
		return
	}
	covered := next
	for i := range q.pieces {
		after := &q.pieces[i]
		if after.pos <= p.pos {
			covered = max(covered, after.end())
			continue
		}
		if after.starts && after.hole && p.end() > covered {
			p.starts, p.account = true, after.account
			after.starts, after.account = false, nil
		}
		return
	}
}

// drain passes on what is in order now.
func (t *Table) drain(f *Flow, d event.Dir) {
	dir := &f.dirs[d]
	q := dir.held
	n := 0
	for ; n < len(q.pieces); n++ {
		p := &q.pieces[n]
		if p.hole && p.pos > dir.next {
			break
		}
		whole := p.bytes
		t.pass(f, d, p)
		t.release(q, whole)
	}
	if n == 0 {
		return
	}
	q.pieces = slices.Delete(q.pieces, 0, n)
	if len(q.pieces) > 0 {
		return
	}
	dir.held = nil
	t.dequeue(q)
	if dir.is(closing) {
		if dir.finPos > dir.next {
			t.gap(f, d, dir.finPos, dir.finTime)
		}
		t.over(f, d, 0, FIN)
	}
}

// release gives a held piece's memory back.
func (t *Table) release(q *queue, bytes []byte) {
	cost := bufferSize(len(bytes)) + pieceCost
	q.cost -= cost
	t.count.heldBytes.Add(-int64(cost))
	t.buffers.put(bytes)
}

// giveUp declares the first hole of a direction lost.
func (t *Table) giveUp(f *Flow, d event.Dir) {
	dir := &f.dirs[d]
	p := &dir.held.pieces[0]
	if p.pos > dir.next {
		t.miss(dir, p)
		t.gap(f, d, p.pos, p.before)
	}
	t.drain(f, d)
}

// flush gives up every hole of a direction.
func (t *Table) flush(f *Flow, d event.Dir) {
	for f.dirs[d].held != nil {
		t.giveUp(f, d)
	}
}

// acknowledged gives up the holes whose bytes the receiver has had: it cannot
// acknowledge what it misses (RFC 9293, section 3.4), so the capture has lost them.
func (t *Table) acknowledged(f *Flow, d event.Dir, ack uint32) {
	dir := &f.dirs[d]
	for dir.held != nil && ack != 0 && dir.position(ack) >= dir.held.pieces[0].pos {
		t.giveUp(f, d)
	}
}

// overdue gives up the holes that have waited for too long.
func (t *Table) overdue(now int64) {
	limit := now - int64(t.cfg.ReorderWait)
	for i := len(t.waiting) - 1; i >= 0; i-- {
		q := t.waiting[i]
		f, d := q.flow, q.dir
		for f.dirs[d].held == q && q.pieces[0].time < limit {
			t.giveUp(f, d)
		}
	}
}

func (t *Table) enqueue(f *Flow, d event.Dir) *queue {
	var q *queue
	if n := len(t.queues); n > 0 {
		q, t.queues = t.queues[n-1], t.queues[:n-1]
	} else {
		q = new(queue)
	}
	q.flow, q.dir, q.place = f, d, len(t.waiting)
	t.waiting = append(t.waiting, q)
	return q
}

// dequeue takes an empty queue out of use; the last one waiting takes its place.
func (t *Table) dequeue(q *queue) {
	n := len(t.waiting) - 1
	t.waiting[q.place] = t.waiting[n]
	t.waiting[q.place].place = q.place
	t.waiting[n] = nil
	t.waiting = t.waiting[:n]
	*q = queue{pieces: q.pieces[:0]}
	if len(t.queues) < 64 {
		t.queues = append(t.queues, q)
	}
}
