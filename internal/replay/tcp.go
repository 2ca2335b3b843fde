//go:build amd64 || arm64

package replay

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
)

// tcp takes a segment.
func (t *tracker) tcp(p *packet) {
	key, from := keyOf(p)
	c := t.table.byKey[key]
	if c != nil && c.renewed(from, p) {
		t.retire(c, c.seen)
		c = nil
	}
	if c != nil && c.ignored {
		t.table.touch(c, p.time)
		t.stats.Skipped[Ignored]++
		return
	}
	if c == nil {
		if p.flags&flagSYN == 0 && p.wire == 0 || p.flags&flagRST != 0 {
			t.stats.Empty++
			return
		}
		c = t.open(key)
	}
	t.table.touch(c, p.time)
	c.handshake(from, p)
	c.acknowledge(from, p)
	switch {
	case p.flags&flagRST != 0:
		t.stats.Empty++
		t.reset(c, from, p)
		return
	case p.wire == 0:
		t.stats.Empty++
	case c.over:
		t.stats.Skipped[c.half[from].again(p, c.half[from].remains(p))]++
	default:
		c = t.data(c, from, p)
	}
	if c == nil || c.over {
		return
	}
	if p.flags&flagFIN != 0 {
		c.half[from].fin(p)
	}
	t.settle(c, p.time)
}

// handshake notes initial sequence numbers, and which end is the server.
func (c *conn) handshake(from side, p *packet) {
	if p.flags&flagSYN == 0 {
		return
	}
	h := &c.half[from]
	if !h.synSeen {
		h.synSeen, h.isn = true, p.seq
		if !h.begun {
			h.begin(p.seq+1, true)
		}
	}
	if c.role != event.RoleUnknown {
		return
	}
	server := from.other()
	if p.flags&flagACK != 0 {
		server = from
	}
	if c.local == nobody {
		c.local = server
	}
	if c.local == server {
		c.role = event.RoleServer
	} else {
		c.role = event.RoleClient // records were given before the handshake showed up
	}
}

// acknowledge notes how far the sender has got the other side's bytes.
func (c *conn) acknowledge(from side, p *packet) {
	h, o := &c.half[from], &c.half[from.other()]
	if p.flags&flagACK == 0 {
		return
	}
	if !h.acked || int32(p.ack-h.ack) > 0 || o.astray {
		h.acked, h.ack, h.ackTime = true, p.ack, p.time
	}
	if !o.begun && p.wire > 0 {
		o.begin(p.ack, false)
	}
}

// dataSeq is the sequence number of the segment's first payload byte.
func (p *packet) dataSeq() uint32 {
	if p.flags&flagSYN != 0 {
		return p.seq + 1
	}
	return p.seq
}

// data takes a segment's payload. It returns the connection that the segment
// turned out to belong to, nil if none.
func (t *tracker) data(c *conn, from side, p *packet) *conn {
	h, seq := &c.half[from], p.dataSeq()
	if !h.begun {
		if p.wire == 1 && c.half[from.other()].got(seq+1) {
			t.stats.Skipped[Retransmit]++ // a keep-alive probe
			return c
		}
		h.begin(seq, false)
	}
	pos := h.locate(seq)
	if h.strays(pos, int64(p.wire)) {
		if !c.confirmed(from, seq) {
			h.astray, h.astrayNext = true, seq+uint32(p.wire)
			t.stats.Skipped[OutOfWindow]++
			return nil
		}
		if pos < h.high { // positions do not go back: another connection
			t.retire(c, c.seen)
			c = t.open(c.key)
			t.table.touch(c, p.time)
			h = &c.half[from]
			h.begin(seq, false)
			pos = 0
		}
	}
	h.astray = false
	t.give(c, from, p, pos)
	return c
}

// give gives out what of the payload at pos was not seen before.
func (t *tracker) give(c *conn, from side, p *packet, pos int64) {
	h := &c.half[from]
	start, end, why := h.missing(pos), pos+int64(p.wire), Retransmit
	if h.finSeen && end > h.finPos {
		end, why = h.finPos, AfterClose
	}
	// One byte just below the first one seen is a keep-alive probe's garbage.
	if start >= end || p.wire == 1 && pos == -1 && !h.synSeen {
		t.stats.Skipped[h.again(p, why)]++
		return
	}
	h.via = p.via
	if c.local == nobody {
		c.local = from.other()
	}
	high := h.high
	late, gap := h.take(start, end)
	var flags event.Flags
	if late {
		flags |= event.Late
	} else {
		c.missed(from)
	}
	if gap {
		flags |= event.GapBefore
	}
	if c.talker != from && !late {
		flags |= event.MsgStart
		c.talker, c.long = from, nobody
		h.message = start
		t.stats.Messages++
	}
	p.end = pos + int64(p.wire)
	captured := p.payload[min(start-pos, int64(len(p.payload))):]
	captured = captured[:min(int64(len(captured)), end-start)]
	t.emit(c, from, p, run{start, end, high}, captured, flags)
	h.last = max(h.last, p.time)
	t.stats.Used++
	t.stats.Bytes += uint64(end - start)
}

// run is a range of positions, and how far the stream had come before it.
type run struct{ from, to, high int64 }

// split gives out a run of payload, in as many records as it takes.
func (t *tracker) split(c *conn, from side, p *packet, run run, captured []byte, flags event.Flags) {
	for {
		part := captured[:min(len(captured), t.maxPayload)]
		captured = captured[len(part):]
		size := int64(len(part))
		if len(captured) == 0 {
			size = run.to - run.from
		}
		r := t.record(c, event.Data, from, p.time)
		r.Flags, r.Pos, r.Len = uint16(flags), uint64(run.from), uint32(size)
		r.Seq, r.Ack = c.half[from].at(run.from), p.ack
		t.payload(part)
		run.from += size
		if run.from == run.to {
			return
		}
		flags = 0
		if run.from < run.high {
			flags = event.Late
		}
	}
}
