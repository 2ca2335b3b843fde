package flow

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// discard is a Sink that does nothing.
type discard struct{ bytes, gaps int64 }

func (d *discard) Segment(_ *Flow, s *Segment)          { d.bytes += int64(len(s.Bytes)) }
func (d *discard) Gap(_ *Flow, _ event.Dir, _, n int64) { d.gaps += n }
func (d *discard) End(*Flow, event.Dir, int64, Ending)  {}
func (d *discard) Gone(*Flow)                           {}

func addressOf(n int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), 40000)
}

// conversation gives out the records of requests and responses of many
// connections, in turns: each is visited when all others have been.
type conversation struct {
	remotes []netip.AddrPort
	ev      event.Event
	n, turn int
}

func newConversation(flows int) *conversation {
	c := &conversation{ev: event.Event{
		Kind: event.Data, Role: event.RoleServer, Flags: event.MsgStart, Local: local,
		Len: 200, Payload: make([]byte, 200), Process: event.Process{PID: 7, Cgroup: 9},
	}}
	for i := range flows {
		c.remotes = append(c.remotes, addressOf(i))
	}
	return c
}

func (c *conversation) next(transport event.Transport) *event.Event {
	d := event.Dir(c.turn & 1)
	pos := int64(c.turn/2) * 200
	other := pos + 200*int64(d)
	now := int64(c.turn*len(c.remotes) + c.n + 1)
	ev := &c.ev
	ev.Dir, ev.Transport, ev.Cookie, ev.Remote = d, transport, uint64(c.n+1), c.remotes[c.n]
	ev.Time, ev.OtherTime = now, now-1
	ev.Pos, ev.OtherPos, ev.Seq, ev.Ack = pos, other, uint32(pos), uint32(other)
	if c.n++; c.n == len(c.remotes) {
		c.n = 0
		c.turn++
	}
	return &c.ev
}

// BenchmarkData is one record of payload on connections that are known: what
// most records are.
func BenchmarkData(b *testing.B) {
	for _, transport := range []event.Transport{event.TCP, event.UDP} {
		for _, flows := range []int{1, 10_000, 100_000} {
			name := map[event.Transport]string{event.TCP: "tcp", event.UDP: "udp"}[transport]
			b.Run(fmt.Sprintf("%s/flows=%d", name, flows), func(b *testing.B) {
				var book ledger.Ledger
				table := New(Config{}, &book, &discard{})
				c := newConversation(flows)
				for range flows {
					table.Handle(c.next(transport))
				}
				b.ReportAllocs()
				for b.Loop() {
					table.Handle(c.next(transport))
				}
			})
		}
	}
}

// BenchmarkConnection is a whole connection: open, request, response, close.
func BenchmarkConnection(b *testing.B) {
	var book ledger.Ledger
	table := New(Config{}, &book, &discard{})
	request := packet(event.Ingress, 1, 0, "GET / HTTP/1.1\r\n\r\n")
	response := packet(event.Egress, 2, 0, "HTTP/1.1 200 OK\r\n\r\n")
	request.Flags, response.Flags = event.MsgStart, event.MsgStart
	response.OtherPos, response.OtherTime = int64(request.Len), ms
	end := packet(event.Ingress, 3, int64(request.Len), "")
	end.Kind, end.OtherPos, end.OtherTime = event.Close, int64(response.Len), 2*ms
	b.ReportAllocs()
	for n := uint64(1); b.Loop(); n++ {
		request.Cookie, response.Cookie, end.Cookie = n, n, n
		table.Handle(&request)
		table.Handle(&response)
		table.Handle(&end)
	}
}

// BenchmarkHole is a segment that overtook another, held until that one came.
func BenchmarkHole(b *testing.B) {
	var book ledger.Ledger
	table := New(Config{}, &book, &discard{})
	payload := make([]byte, 1400)
	first := packet(event.Ingress, 1, 0, "")
	first.Len, first.Payload = 1400, payload
	second := first
	second.Flags = event.GapBefore
	table.Handle(&first)
	b.ReportAllocs()
	for n := int64(1); b.Loop(); n += 2 {
		second.Pos, first.Pos = 1400*(n+1), 1400*n
		second.Seq, first.Seq = uint32(second.Pos), uint32(first.Pos)
		first.Flags = event.Late
		table.Handle(&second)
		table.Handle(&first)
	}
}

// BenchmarkTick is the time that passes over 100,000 flows of which none is due.
func BenchmarkTick(b *testing.B) {
	var book ledger.Ledger
	table := New(Config{}, &book, &discard{})
	c := newConversation(100_000)
	for range 100_000 {
		table.Handle(c.next(event.TCP))
	}
	now := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		now += 10 * ms
		if now > 500_000*ms {
			now = 0
		}
		table.Tick(now)
	}
}

// TestSteadyStateAllocatesNothing holds the figure that the benchmarks show.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	var book ledger.Ledger
	table := New(Config{}, &book, &discard{})
	for _, transport := range []event.Transport{event.TCP, event.UDP} {
		c := newConversation(10)
		for range 100 {
			table.Handle(c.next(transport))
		}
		if n := testing.AllocsPerRun(1000, func() { table.Handle(c.next(transport)) }); n != 0 {
			t.Errorf("transport %d: %v allocations per record", transport, n)
		}
	}
}
