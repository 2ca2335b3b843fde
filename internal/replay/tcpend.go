//go:build amd64 || arm64

package replay

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
)

// fin notes where the sender's stream ends.
func (h *half) fin(p *packet) {
	seq := p.dataSeq()
	if !h.begun {
		h.begin(seq, true)
	}
	pos := h.locate(seq) + int64(p.wire)
	if h.finSeen || pos < 0 || h.strays(pos, 0) {
		return
	}
	h.finSeen, h.finPos, h.finTime = true, pos, p.time
}

// settle ends directions whose bytes are all there. A FIN that came ahead of
// its stream waits for what is missing, until the other side has it.
func (t *tracker) settle(c *conn, now int64) {
	for _, s := range [2]side{lower, higher} {
		h := &c.half[s]
		if !h.finSeen || h.ended {
			continue
		}
		if h.contiguous() >= h.finPos || c.half[s.other()].got(h.at(h.finPos)+1) {
			t.end(c, s, h.finTime, 0)
		}
	}
	if c.half[lower].ended && c.half[higher].ended {
		t.close(c, now)
	}
}

// finish ends the directions that still wait.
func (t *tracker) finish(c *conn) {
	for _, s := range [2]side{lower, higher} {
		if h := &c.half[s]; h.finSeen && !h.ended {
			t.end(c, s, h.finTime, 0)
		}
	}
}

// end says that a side will send no more.
func (t *tracker) end(c *conn, from side, at int64, flags event.Flags) {
	h := &c.half[from]
	h.ended = true
	if !c.told {
		return
	}
	r := t.record(c, event.End, from, at)
	r.Flags = uint16(flags)
	r.Pos = uint64(h.reached())
	r.Seq = h.at(h.reached())
	r.Ack = h.ackOr0()
	r.LastTime = uint64(h.last)
}

func (h *half) ackOr0() uint32 {
	if h.acked {
		return h.ack
	}
	return 0
}

// reset ends both directions, unless the RST lies where none can come from.
func (t *tracker) reset(c *conn, from side, p *packet) {
	h := &c.half[from]
	if c.over || h.begun && h.strays(h.locate(p.seq), 0) {
		return
	}
	for _, s := range [2]side{from, from.other()} {
		if !c.half[s].ended {
			t.end(c, s, p.time, event.Reset)
		}
	}
	t.close(c, p.time)
}

// again tells a retransmission from a packet that was seen at another place before.
func (h *half) again(p *packet, why Reason) Reason {
	if why == Retransmit && p.via != h.via {
		return Duplicate
	}
	return why
}

// remains says what payload on a connection that is over was.
func (h *half) remains(p *packet) Reason {
	if pos := h.locate(p.dataSeq()); h.begun && h.missing(pos) >= pos+int64(p.wire) {
		return Retransmit
	}
	return AfterClose
}
