package flow

import "github.com/beylareceiver/beylareceiver/internal/event"

// passed takes how far both directions have come of a connection of which only
// totals are told, or of which exchanges are left out from here on: gaps of the exact sizes, at the times told. It is activity like any payload.
func (t *Table) passed(ev *event.Event) {
	f := t.known(ev)
	if f == nil {
		return
	}
	t.base(f, ev)
	t.travelled(f, ev.Dir^1, ev.OtherPos, ev.OtherTime)
	if t.travelled(f, ev.Dir, ev.Pos, ev.LastTime) {
		f.heading = headingOf(ev.Dir)
	}
	if ev.Flags&event.Shed != 0 {
		t.shed(f, ev)
	}
}

// shed notes that whole exchanges are left out from here to the next payload: the messages under way
// are over.
func (t *Table) shed(f *Flow, ev *event.Event) {
	for d := range f.dirs {
		f.dirs[d].over()
		f.dirs[d].set(behind, true)
	}
	f.heading = nowhere
	if f.state&ignoring != 0 {
		return
	}
	t.segment = Segment{Dir: ev.Dir, At: f.dirs[ev.Dir].last, Shed: true}
	t.sink.Segment(f, &t.segment)
}

// travelled moves a direction on to pos; what still waits behind a hole comes first. It tells
// whether anything had passed.
func (t *Table) travelled(f *Flow, d event.Dir, pos, at int64) bool {
	t.flush(f, d)
	if !t.reached(f, d, pos, at) {
		return false
	}
	f.dirs[d].set(behind, true)
	return true
}

// socketPassed takes the same of a UDP socket. Its count is of all peers, so it is
// told to the flow of one that has never had another.
func (t *Table) socketPassed(s *socket, ev *event.Event) {
	if s.several {
		return
	}
	f := s.head
	f.learn(ev)
	t.socketReached(f, ev.Dir^1, ev.OtherPos, ev.OtherTime)
	t.socketReached(f, ev.Dir, ev.Pos, ev.LastTime)
}

func (t *Table) socketReached(f *Flow, d event.Dir, pos, at int64) {
	dir := &f.dirs[d]
	if n := pos - dir.markPos; dir.is(marked) && n > 0 {
		t.gap(f, d, dir.next+n, at)
	}
	dir.mark(pos, 0)
}

// remember notes how far a UDP socket had come with a datagram of this flow.
func (f *Flow) remember(ev *event.Event) {
	f.dirs[ev.Dir].mark(ev.Pos+int64(ev.Len), 0)
	if other := &f.dirs[ev.Dir^1]; !other.is(marked) {
		other.mark(ev.OtherPos, 0)
	}
}
