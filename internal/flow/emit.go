package flow

import "github.com/beylareceiver/beylareceiver/internal/event"

// emit hands the sink a piece that is next in its direction, and what of it
// was not captured as a gap.
func (t *Table) emit(f *Flow, d event.Dir, p *piece) {
	dir := &f.dirs[d]
	switch {
	case p.starts || dir.begun == 0:
		dir.begin(p)
	case p.account != nil: // the message goes on under another account
		dir.message.Close()
		dir.message = p.account
	}
	captured := int64(len(p.bytes))
	dir.advance(p.pos+p.length, p.time)
	dir.set(behind, captured < p.length)
	if f.state&ignoring != 0 {
		dir.message.Because(f.ignored)
		return
	}
	if captured > 0 || p.length == 0 {
		t.handOver(f, d, p)
	}
	if captured < p.length && f.state&ignoring == 0 { // the sink may just have said so
		t.sink.Gap(f, d, dir.last, p.length-captured)
	}
}

func (t *Table) handOver(f *Flow, d event.Dir, p *piece) {
	dir := &f.dirs[d]
	t.segment = Segment{
		Dir:       d,
		At:        dir.last,
		Bytes:     p.bytes,
		Seq:       dir.seq,
		Ack:       dir.ack,
		ByteSeq:   p.seq,
		PacketAck: p.ack,
		Ordinal:   dir.ordinal,
		Message:   dir.message,
		First:     dir.is(fresh),
		Writer:    p.writer,
		ReadTime:  p.readTime,
		Lost:      p.lost,
		Again:     p.again,
	}
	dir.bits &^= fresh
	t.sink.Segment(f, &t.segment)
	t.segment.Bytes = nil
}

// gap moves a direction on to pos without the bytes before it.
func (t *Table) gap(f *Flow, d event.Dir, pos, at int64) {
	dir := &f.dirs[d]
	n := pos - dir.next
	dir.advance(pos, at)
	if f.state&ignoring == 0 {
		t.sink.Gap(f, d, dir.last, n)
	}
}
