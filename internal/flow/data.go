package flow

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// data takes the payload of a TCP packet.
func (t *Table) data(ev *event.Event) {
	f := t.seek(ev)
	if f == nil {
		t.count.refused.Add(1)
		t.drop(ev, ledger.FlowTable)
		return
	}
	if f.state&ignoring != 0 {
		t.retire(f)
		t.drop(ev, f.ignored)
		return
	}
	d := ev.Dir
	dir := &f.dirs[d]
	var p piece
	p.fill(ev)
	p.account = t.account(ev)
	p.hole = !p.cut // of two packets on two CPUs, the second one's record may be the first
	fromListener := dir.is(early)
	if fromListener {
		dir.align(ev)
	}
	t.base(f, ev)
	t.opposite(f, ev)
	p.pos = ev.Pos + dir.shift
	if p.late && dir.is(behind) {
		p.hole = false // the tap was leaving out what lies before it
	}
	p.starts = f.starts(d, &p, fromListener)
	if !p.late {
		f.heading = headingOf(d)
	}
	t.accept(f, d, &p)
	if f.state&ignoring != 0 {
		t.retire(f)
	}
}

// retire lets go of what a flow holds that is ignored from now on, and of the flow itself soon: the
// kernel may tell nothing more of it, its end neither.
func (t *Table) retire(f *Flow) {
	t.settle(f)
	if f.state&(retired|live) == live {
		f.state |= retired
		t.wheel.arm(f, f.lastSeen+unheard)
	}
}

// starts tells whether a message begins with p.
func (f *Flow) starts(d event.Dir, p *piece, fromListener bool) bool {
	turned := f.heading != headingOf(d)
	if fromListener && !turned {
		return false // goes on with what the listener saw
	}
	return p.account != nil || turned && !p.late
}

// base sets where the directions of a flow begin that shows its first record
// with positions. Data behind a hole that could still be filled makes its
// direction begin at 0: the tap knew the beginning from the handshake.
func (t *Table) base(f *Flow, ev *event.Event) {
	own, other := &f.dirs[ev.Dir], &f.dirs[ev.Dir^1]
	if own.bits&other.bits&based != 0 {
		return
	}
	pos := ev.Pos
	if ev.Kind == event.Data && ev.Flags&event.GapBefore != 0 && 0 < pos && pos <= int64(t.cfg.MaxHeldFlow) {
		pos = 0
	}
	own.base(pos)
	if ev.OtherTime > 0 {
		other.base(ev.OtherPos)
	} else {
		other.base(0) // its first payload is under way: see opposite
	}
}

// opposite takes what a record tells of the direction opposite to its own:
// what its sender had received, and how far the tap had seen it come.
//
// The kernel handles both directions at the same time. It moves a position on,
// then writes the record, then notes the time; so a position that has moved while the
// time has not is that of a packet whose record may still follow, and no gap.
func (t *Table) opposite(f *Flow, ev *event.Event) {
	d := ev.Dir ^ 1
	dir := &f.dirs[d]
	if dir.held != nil {
		t.acknowledged(f, d, ev.Ack)
	}
	if ev.OtherTime > dir.last && t.reached(f, d, ev.OtherPos, ev.OtherTime) {
		f.heading = headingOf(d)
	}
}

// reached makes a gap of what a direction is known to have carried beyond what
// was delivered, and tells whether there was any. Held data comes first.
func (t *Table) reached(f *Flow, d event.Dir, pos, at int64) bool {
	dir := &f.dirs[d]
	if pos += dir.shift; pos <= dir.next || dir.held != nil || dir.is(ended) {
		return false
	}
	t.gap(f, d, pos, at)
	return true
}

// accept takes a piece in the order in which pieces come, and passes on what
// that puts in order.
func (t *Table) accept(f *Flow, d event.Dir, p *piece) {
	dir := &f.dirs[d]
	if dir.is(ended) {
		t.duplicate(p, p.length)
		return
	}
	dir.mark(p.pos, p.seq)
	if p.late && dir.held != nil && p.end() > dir.next {
		t.count.filled.Add(1)
	}
	if p.pos > dir.next && (p.hole || dir.held != nil) {
		t.hold(f, d, p)
		return
	}
	if dir.held != nil {
		dir.held.claimStart(dir.next, p)
	}
	t.pass(f, d, p)
	if dir.held != nil {
		t.drain(f, d)
	} else if dir.is(closing) && dir.next >= dir.finPos {
		t.over(f, d, 0, FIN)
	}
}

// pass hands on a piece that need not wait: less what was delivered already,
// after a gap for what will not come.
func (t *Table) pass(f *Flow, d event.Dir, p *piece) {
	dir := &f.dirs[d]
	if p.pos < dir.next {
		if n := p.trim(dir.next); p.length == 0 {
			t.duplicate(p, n)
			return
		} else if n > 0 {
			t.count.duplicateBytes.Add(uint64(n))
		}
	}
	if p.pos > dir.next {
		t.miss(dir, p)
		t.gap(f, d, p.pos, p.before)
	}
	t.emit(f, d, p)
}

// miss counts the bytes before p, unless the tap left them out on purpose.
func (t *Table) miss(dir *direction, p *piece) {
	if p.hole {
		t.count.givenUp.Add(1)
	}
	if !p.cut && !dir.is(behind) {
		t.count.lostBytes.Add(uint64(p.pos - dir.next))
	}
}

// settle lets go of what an ignored flow still held.
func (t *Table) settle(f *Flow) {
	for d := range f.dirs {
		t.flush(f, event.Dir(d))
		f.dirs[d].over()
	}
}

// duplicate accounts for a piece of which nothing was new.
func (t *Table) duplicate(p *piece, n int64) {
	t.count.duplicateRecords.Add(1)
	t.count.duplicateBytes.Add(uint64(n))
	p.account.Because(repeated)
	p.account.Close()
}

// repeated is how a message ends whose first record had nothing new in it, or
// came after the end of its direction.
const repeated = ledger.Duplicate
