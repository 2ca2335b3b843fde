//go:build amd64 || arm64

package replay

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// item is a record that waits to be read. Its payload lies in the buffer of
// the packet that it came with.
type item struct {
	rec     tap.Record
	payload []byte
}

// tracker turns packets into records.
type tracker struct {
	table      *table
	maxPayload int
	window     int64 // bytes given of each message; 0: all
	queue      []item
	stats      *Stats
}

// take handles a packet that was decoded, or counts why it was not.
func (t *tracker) take(p *packet, why Reason) {
	switch {
	case why != Reasons:
		t.stats.Skipped[why]++
	case event.Transport(p.transport) == event.TCP:
		t.tcp(p)
	default:
		t.udp(p)
	}
}

// open begins a connection, for which the one idle longest may have to go.
func (t *tracker) open(key connKey) *conn {
	if t.table.full() {
		if c := t.table.oldest(); c != nil {
			if !c.over {
				t.stats.Evicted++
			}
			t.retire(c, c.seen)
		}
	}
	t.stats.Connections++
	return t.table.add(key)
}

// retire forgets a connection; records say so unless they have.
func (t *tracker) retire(c *conn, now int64) {
	t.finish(c)
	t.close(c, now)
	t.table.remove(c)
}

// close says that the connection is over.
func (t *tracker) close(c *conn, now int64) {
	if c.told && !c.over {
		r := t.record(c, event.Close, c.local.other(), now)
		r.LastTime = uint64(c.half[c.local.other()].last)
		r.Pos = uint64(c.half[c.local.other()].reached())
	}
	c.over = true
	t.table.shorten(c)
}

// reached is the position that the half has come to. Once it has ended that is
// its FIN's, whether or not the capture holds every byte before it.
func (h *half) reached() int64 {
	if h.ended && h.finSeen {
		return max(h.high, h.finPos)
	}
	return h.high
}

// record adds a record about what side from sent to the queue. The pointer is
// good until the next one is added.
func (t *tracker) record(c *conn, kind event.Kind, from side, now int64) *tap.Record {
	t.queue = append(t.queue, item{})
	r := &t.queue[len(t.queue)-1].rec
	local, remote := &c.key.ends[c.local], &c.key.ends[c.local.other()]
	otherPos, otherTime := c.proven(from.other())
	*r = tap.Record{
		Kind: uint8(kind), Dir: uint8(c.dir(from)), Transport: c.key.transport, Role: uint8(c.role), Family: c.key.family,
		Cookie: c.cookie, Time: uint64(now),
		Local: local.addr, LocalPort: local.port, Remote: remote.addr, RemotePort: remote.port,
		OtherPos: uint64(otherPos), OtherTime: uint64(otherTime),
	}
	c.told = true
	return r
}

// flush says what was held back when the stream is at its end.
func (t *tracker) flush() {
	root := &t.table.rings[lasting].root // what is over, or UDP, holds nothing back
	for c := root.prev; c != root; c = c.prev {
		t.finish(c)
	}
}
