package flow

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// wirePacket is one TCP packet of a conversation, by its place in the stream.
type wirePacket struct {
	dir      event.Dir
	from, to int64
	ack      int64
}

// content is the byte that stands at a place of a stream.
func content(d event.Dir, place int64) byte {
	return byte(uint64(place*2+int64(d)+1) * 0x9e3779b97f4a7c15 >> 56)
}

// initial are the sequence numbers of place 0; both wrap early.
var initial = [2]uint32{0xffffff00, 0xfffffff0}

// network is what happens between the sender and the tap, and behind the tap.
type network struct {
	reorder, again, overlap, lost, ringLost float64
	window                                  int64 // 0: everything is copied
}

// packets makes a conversation of messages in turns, disturbed within each turn.
func (n *network) packets(rng *rand.Rand) []wirePacket {
	var all []wirePacket
	var place [2]int64
	for turn := range 2 + rng.IntN(6) {
		d := event.Dir(turn & 1)
		var burst []wirePacket
		for range 1 + rng.IntN(6) {
			from := place[d]
			place[d] += 1 + rng.Int64N(60)
			if rng.Float64() < n.overlap && from > 0 {
				from -= min(from, rng.Int64N(20))
			}
			burst = append(burst, wirePacket{d, from, place[d], place[d^1]})
		}
		for i := 1; i < len(burst); i++ {
			if rng.Float64() < n.reorder {
				j := rng.IntN(i + 1)
				burst[i], burst[j] = burst[j], burst[i]
			}
		}
		for _, p := range burst {
			if rng.Float64() < n.lost {
				continue
			}
			all = append(all, p)
			if rng.Float64() < n.again {
				all = append(all, burst[rng.IntN(len(burst))])
			}
		}
	}
	return all
}

// half is what bpf/lib/seq.h remembers of a direction, for a tap that
// remembers every hole.
type half struct {
	started      bool
	origin, next int64
	seen         map[int64]bool
	time         int64
	msg          int64
}

// watch turns packets into records as the tap does; records that it writes
// nothing of are left out.
func (n *network) watch(packets []wirePacket) (records []event.Event, halves [2]*half) {
	halves = [2]*half{{seen: map[int64]bool{}}, {seen: map[int64]bool{}}}
	last := event.Dir(9)
	for i, p := range packets {
		h, other := halves[p.dir], halves[p.dir^1]
		if !h.started {
			h.started, h.origin, h.next = true, p.from, p.from
		}
		ev := event.Event{
			Kind: event.Data, Dir: p.dir, Transport: event.TCP, Cookie: 1, Time: int64(i+1) * ms,
			Local: local, Remote: remote, LastTime: h.time,
		}
		from := max(p.from, h.origin)
		for from < p.to && h.seen[from] {
			from++
		}
		if from >= p.to {
			continue
		}
		switch {
		case from < h.next:
			ev.Flags |= event.Late
		case from > h.next:
			ev.Flags |= event.GapBefore
		}
		if last != p.dir && ev.Flags&event.Late == 0 {
			ev.Flags |= event.MsgStart
			h.msg, last = from, p.dir
		}
		for b := from; b < p.to; b++ {
			h.seen[b] = true
			ev.Payload = append(ev.Payload, content(p.dir, b))
		}
		h.next = max(h.next, p.to)
		ev.Seq, ev.Ack = initial[p.dir]+uint32(from), initial[p.dir^1]+uint32(p.ack)
		ev.Pos, ev.Len = from-h.origin, uint32(len(ev.Payload))
		ev.OtherPos, ev.OtherTime = other.next-other.origin, other.time
		h.time = ev.Time
		if n.window > 0 {
			ev.Payload = ev.Payload[:max(0, min(int64(len(ev.Payload)), n.window-(from-h.msg)))]
			if len(ev.Payload) == 0 {
				continue
			}
		}
		records = append(records, ev)
	}
	return records, halves
}

// final is the record of the socket's end.
func final(h [2]*half) event.Event {
	ev := packet(event.Ingress, 1_000_000, h[0].next-h[0].origin, "")
	ev.Kind, ev.LastTime = event.Close, h[0].time
	ev.OtherPos, ev.OtherTime = h[1].next-h[1].origin, h[1].time
	return ev
}

// listen replays a conversation and returns what was delivered, and what was missing.
func (n *network) listen(t *testing.T, rng *rand.Rand) (bytes, gaps [2]int64, table *Table) {
	var book ledger.Ledger
	var messages uint64
	a := newAuditor(t)
	records, halves := n.watch(n.packets(rng))
	var place, begin [2]int64
	place[0], place[1] = halves[0].origin, halves[1].origin
	a.onData = func(_ *Flow, s *Segment) {
		for i, b := range s.Bytes {
			if b != content(s.Dir, place[s.Dir]+int64(i)) {
				require.Failf(t, "wrong bytes", "%s, %d bytes at %d", side(s.Dir), len(s.Bytes), place[s.Dir])
			}
		}
		place[s.Dir] += int64(len(s.Bytes))
		bytes[s.Dir] += int64(len(s.Bytes))
	}
	a.onGap = func(_ *Flow, d event.Dir, n int64) { place[d] += n; gaps[d] += n }
	table = New(Config{}, &book, a)
	first := true
	for i := range records {
		ev := records[i]
		if rng.Float64() < n.ringLost {
			continue
		}
		if first { // positions begin with the first record that is seen
			begin[ev.Dir], begin[ev.Dir^1] = ev.Pos, ev.OtherPos
			if ev.Flags&event.GapBefore != 0 {
				begin[ev.Dir] = 0
			}
			place[0] += begin[0]
			place[1] += begin[1]
			first = false
		}
		if ev.Flags&event.MsgStart != 0 {
			messages++
		}
		table.Handle(&ev)
		table.Tick(ev.Time)
	}
	end := final(halves)
	table.Handle(&end)
	if !first {
		for d, h := range halves {
			require.Equal(t, h.next, place[d], "the whole of %s", side(event.Dir(d)))
			require.Equal(t, h.next-h.origin-begin[d], bytes[d]+gaps[d])
		}
	}
	table.Flush(2_000_000 * ms)
	settled(t, table, &book, a, messages)
	return bytes, gaps, table
}

func TestReordering(t *testing.T) {
	type outcome func(t *testing.T, gaps [2]int64, s Stats)
	whole := func(t *testing.T, gaps [2]int64, s Stats) {
		require.Equal(t, [2]int64{}, gaps)
		require.Zero(t, s.GivenUp)
	}
	cases := []struct {
		name string
		net  network
		ok   outcome
	}{
		{"undisturbed", network{}, whole},
		{"reordered", network{reorder: 0.5}, whole},
		{"reordered, repeated, overlapping", network{reorder: 0.5, again: 0.5, overlap: 0.5}, whole},
		{"lost by the capture", network{lost: 0.2}, nil},
		{"lost in the ring", network{ringLost: 0.3}, nil},
		{"windows", network{window: 40, reorder: 0.2}, nil},
		{"all at once", network{0.4, 0.3, 0.3, 0.1, 0.1, 0}, nil},
		{"all at once, in windows", network{0.4, 0.3, 0.3, 0.1, 0.1, 64}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var delivered, missed int64
			for seed := range uint64(800) {
				bytes, gaps, table := c.net.listen(t, rand.New(rand.NewPCG(seed, 7)))
				delivered += bytes[0] + bytes[1]
				missed += gaps[0] + gaps[1]
				if c.ok != nil {
					c.ok(t, gaps, table.Stats())
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			require.NotZero(t, delivered)
			t.Logf("%d bytes delivered, %d missing", delivered, missed)
		})
	}
}
