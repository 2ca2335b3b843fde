package flow

import "github.com/beylareceiver/beylareceiver/internal/event"

// end takes the FIN or RST of a TCP connection.
func (t *Table) end(ev *event.Event) {
	f := t.known(ev)
	if f == nil {
		return
	}
	t.base(f, ev)
	t.opposite(f, ev)
	d := ev.Dir
	if ev.Flags&event.Reset != 0 {
		t.ending(f, d, ev.Pos, ev.LastTime, ev.Time, RST)
		t.ending(f, d^1, ev.OtherPos, ev.OtherTime, ev.Time, RST)
		return
	}
	dir := &f.dirs[d]
	if pos := dir.finAt(ev); dir.held != nil || pos > ev.Pos+dir.shift {
		t.reached(f, d, ev.Pos, ev.LastTime)
		dir.finPos, dir.finTime, dir.bits = pos, ev.LastTime, dir.bits|closing
		return
	}
	t.ending(f, d, ev.Pos, ev.LastTime, ev.Time, FIN)
}

// finAt is where the direction's stream ends. The tap's position tells, unless
// the FIN overtook bytes that the tap has not seen either; then its sequence number does.
func (d *direction) finAt(ev *event.Event) int64 {
	pos := ev.Pos + d.shift
	if d.is(marked) && !isForeign(ev.Seq, d.markSeq) {
		pos = max(pos, d.position(ev.Seq))
	}
	return pos
}

// close takes the end of a TCP socket.
func (t *Table) close(ev *event.Event) {
	f := t.known(ev)
	if f == nil {
		return
	}
	t.base(f, ev)
	t.ending(f, ev.Dir^1, ev.OtherPos, ev.OtherTime, ev.Time, Gone)
	t.ending(f, ev.Dir, ev.Pos, ev.LastTime, ev.Time, Gone)
	t.finish(f, Gone)
}

// known finds the flow of a record that is of no interest unless payload of
// its connection was seen.
func (t *Table) known(ev *event.Event) *Flow {
	if t.tcp[ev.Cookie] == nil && t.early.chains[tuple{ev.Local, ev.Remote}] == nil {
		return nil
	}
	return t.seek(ev)
}

// ending ends a direction that came as far as pos; last is when its last
// payload passed, 0 when the record does not say, at when the record was made.
func (t *Table) ending(f *Flow, d event.Dir, pos, last, at int64, how Ending) {
	t.flush(f, d)
	if last > 0 {
		at = last
	}
	t.reached(f, d, pos, at)
	t.over(f, d, last, how)
}

// over ends a direction, once.
func (t *Table) over(f *Flow, d event.Dir, last int64, how Ending) {
	t.flush(f, d)
	dir := &f.dirs[d]
	if dir.is(ended) {
		return
	}
	if dir.is(closing) && how != RST {
		how = FIN
	}
	dir.bits = dir.bits&^behind | ended
	t.sink.End(f, d, max(last, dir.last), how)
	dir.over()
	if f.dirs[d^1].is(ended) {
		t.wheel.arm(f, f.lastSeen+lingering)
	}
}

// finish ends what has not ended of a flow, and the flow.
func (t *Table) finish(f *Flow, how Ending) {
	t.over(f, event.Ingress, 0, how)
	t.over(f, event.Egress, 0, how)
	t.sink.Gone(f)
	t.wheel.disarm(f)
	if f.Transport == event.UDP {
		t.part(f)
	} else {
		delete(t.tcp, f.Cookie)
	}
	t.flows.put(f)
	t.count.closed.Add(1)
}

// Flush ends every flow, as expired, and lets go of everything held: the end
// of the input, at event time now.
func (t *Table) Flush(now int64) {
	t.Tick(now)
	t.flows.each(func(f *Flow) { t.finish(f, Expired) })
	for t.early.first != nil {
		t.abandon(t.early.first)
	}
}
