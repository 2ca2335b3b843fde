//go:build amd64 || arm64

package replay

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
)

// udpIdle is how long a pair of UDP endpoints may be silent, in ns, before
// what follows is taken for something new.
const udpIdle = int64(60e9)

// owned is how long, in ns after its last datagram, the place that showed a
// side's datagrams first is the only one that is believed: they have no numbers by which
// one that passes two places would be known again.
const owned = int64(1e9)

// udp takes a datagram: one record, a message of its own.
func (t *tracker) udp(p *packet) {
	if p.wire == 0 {
		t.stats.Empty++
		return
	}
	key, from := keyOf(p)
	c := t.table.byKey[key]
	if c != nil && p.time-c.seen > udpIdle {
		t.retire(c, c.seen)
		c = nil
	}
	if c == nil {
		c = t.open(key)
		c.local = from.other()
	}
	h := &c.half[from]
	if c.ignored {
		t.table.touch(c, p.time)
		t.stats.Skipped[Ignored]++
		return
	}
	if h.last != 0 && h.via != p.via && p.time-h.last <= owned {
		t.stats.Skipped[Duplicate]++
		return
	}
	t.table.touch(c, p.time)
	h.via = p.via
	r := t.record(c, event.Data, from, p.time)
	r.Flags = uint16(event.MsgStart)
	r.Pos = uint64(h.high)
	r.Len = uint32(p.wire)
	t.payload(p.payload[:min(len(p.payload), t.maxPayload)])
	h.high += int64(p.wire)
	h.last = p.time
	c.talker = from
	t.stats.Used++
	t.stats.Messages++
	t.stats.Bytes += uint64(p.wire)
}

// payload gives the newest record its bytes.
func (t *tracker) payload(b []byte) {
	i := &t.queue[len(t.queue)-1]
	i.payload, i.rec.Cap = b, uint32(len(b))
}
