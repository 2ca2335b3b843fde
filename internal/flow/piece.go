package flow

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// piece is a run of payload on its way through the table: from an event, from
// the data held behind a hole, or from a listener.
type piece struct {
	// pos is where it begins, length how many bytes passed; bytes are the first
	// of them, as many as were captured.
	pos, length int64
	bytes       []byte
	// time is when it passed; before is when the byte before it passed, or 0.
	time, before int64
	seq, ack     uint32
	// account is the ledger's, when the record was flagged MsgStart.
	account *ledger.Message
	// starts: a message begins here. An account without it carries the message
	// under way on.
	starts bool
	// hole: what is missing before it was not cut; it may still come.
	hole bool
	// late: it fills a hole. cut: the tap left out what lies before it.
	late, cut bool

	// writer, lost, readTime and again as in event.Event.
	writer      event.Thread
	readTime    int64
	lost, again uint32
}

// fill copies what an event says of its payload; pos, starts and account are
// the caller's.
func (p *piece) fill(ev *event.Event) {
	p.length = int64(ev.Len)
	p.bytes = ev.Payload
	p.time = ev.Time
	p.before = ev.Time
	if 0 < ev.LastTime && ev.LastTime < ev.Time {
		p.before = ev.LastTime
	}
	p.seq, p.ack = ev.Seq, ev.Ack
	p.late = ev.Flags&event.Late != 0
	p.cut = ev.Flags&event.Cut != 0
	p.writer, p.readTime, p.lost, p.again = ev.Thread, ev.ReadTime, ev.Lost, ev.Again
}

func (p *piece) end() int64 { return p.pos + p.length }

// trim takes away what lies before pos and tells how many bytes that was.
// Nothing may be left.
func (p *piece) trim(pos int64) int64 {
	n := min(pos-p.pos, p.length)
	if n <= 0 {
		return 0
	}
	p.pos += n
	p.length -= n
	p.seq += uint32(n)
	p.bytes = p.bytes[min(n, int64(len(p.bytes))):]
	return n
}
