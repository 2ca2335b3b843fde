//go:build amd64 || arm64

package replay

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// What a live stream leaves out of long messages, by the rules of the tap
// (bpf/hooks/packet.h): so that one pipeline understands both.

// room is how much of a payload of size bytes at position start to give.
// Behind the window nothing is, unless the packet begins with another status line: then
// pipelined answers are coming, and the window opens anew.
func (t *tracker) room(c *conn, h *half, start, size int64, captured []byte, flags *event.Flags) int64 {
	if t.window == 0 || c.all {
		return size
	}
	done := max(start-h.message, 0)
	room := max(t.window-done, 0)
	if done == 0 || size <= room || size < 16 || !bytes.HasPrefix(captured, []byte("HTTP/1.")) {
		return room
	}
	h.message = start
	if room == 0 {
		*flags |= event.Cut
	}
	return size
}

// emit gives the captured part of a run of payload, and its last bytes where
// they are known though the rest is not.
func (t *tracker) emit(c *conn, from side, p *packet, run run, captured []byte, flags event.Flags) {
	if t.window == 0 {
		t.split(c, from, p, run, captured, flags)
		return
	}
	h := &c.half[from]
	size := run.to - run.from
	captured = captured[:min(int64(len(captured)), t.room(c, h, run.from, size, captured, &flags))]
	if h.cut && flags&(event.GapBefore|event.Late) == 0 {
		flags |= event.Cut
	}
	rest := size - int64(len(captured))
	late := flags&event.Late != 0
	ends := run.to == h.high // what is late may go on beyond what was seen
	if ends {
		h.cut = rest > 0
	}
	var tail []byte
	if rest > 0 && ends && run.to == p.end {
		last := p.last()
		c.note(from, last, late || flags&event.GapBefore != 0)
		if !late {
			tail = last[max(int64(len(last))-rest, 0):]
		}
	}
	switch {
	case len(captured) == 0 && flags&event.MsgStart == 0:
	case len(captured) == 0 && int64(len(tail)) == rest:
		t.split(c, from, p, run, tail, flags)
	default:
		t.split(c, from, p, run.until(len(tail)), captured, flags)
		if len(tail) > 0 {
			t.split(c, from, p, run.last(len(tail)), tail, 0)
		}
	}
}

// until is the run without its last n bytes, last is those.
func (r run) until(n int) run { return run{r.from, r.to - int64(n), r.high} }
func (r run) last(n int) run  { return run{r.to - int64(n), r.to, r.high} }

// last is the last bytes of the payload, at most eight; none if they are not known.
func (p *packet) last() []byte {
	switch n := min(p.wire, len(p.tail)); {
	case len(p.payload) == p.wire:
		return p.payload[p.wire-n:]
	case p.flush && p.tailLen == len(p.tail):
		return p.tail[len(p.tail)-n:]
	}
	return nil
}

// note keeps the end of a message that is longer than what is given of it.
// Short pieces are put together: a chunked body's end often comes by itself.
func (c *conn) note(from side, tail []byte, gap bool) {
	if c.long != from || gap || len(tail) == 0 {
		c.tailLen = 0
	}
	c.long = from
	n := len(tail)
	copy(c.tail[:], c.tail[n:])
	copy(c.tail[len(c.tail)-n:], tail)
	c.tailLen = min(c.tailLen+n, len(c.tail))
}
