package flow

import "github.com/beylareceiver/beylareceiver/internal/event"

// Progress is how far a message longer than its window has come, as polled
// from the kernel between two records (beyla_progress of bpf/abi.h).
type Progress struct {
	Dir event.Dir
	// Pos is the stream position reached, Time when the last payload passed, boot ns.
	Pos, Time int64
	// Tail is the last few payload bytes before Pos. It is not kept.
	Tail []byte
}

// Progress takes what was polled: bytes that passed uncaptured, of which the
// last ones are known. It must have been read from the kernel before the ring was
// drained, and be handed over after: then every record of before has been
// handled, and what p tells in excess of them lies in no record to come.
func (t *Table) Progress(f *Flow, p Progress) {
	if f.state != live || f.Transport != event.TCP || p.Dir > event.Egress || p.Pos >= farthest {
		return
	}
	dir := &f.dirs[p.Dir]
	n := p.Pos + dir.shift - dir.next
	if !dir.is(based) || dir.is(ended) || dir.held != nil || n <= 0 {
		return
	}
	f.lastSeen = max(f.lastSeen, p.Time)
	f.heading = headingOf(p.Dir)
	tail := p.Tail
	if k := int64(len(tail)); k > n {
		tail = tail[k-n:]
	}
	if rest := n - int64(len(tail)); rest > 0 {
		t.gap(f, p.Dir, dir.next+rest, p.Time)
	}
	if len(tail) > 0 {
		t.emit(f, p.Dir, &piece{pos: dir.next, length: int64(len(tail)), bytes: tail, time: p.Time})
	}
	dir.set(behind, true)
}
