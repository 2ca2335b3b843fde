package correlate

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// passage is what correlation does for a request that comes to a service, which sends
// one of its own to another service of this host before it answers: three spans'
// worth. It keeps its memory, as the engine does.
type passage struct {
	*Correlator
	in, out, back proto.Exchange
	server        Place
	client, far   Place
	conn          *Conn
	read          event.Event
	now           int64
}

// constHost knows one process.
type constHost struct{}

func (constHost) Keeps(*proto.Exchange) bool { return true }
func (constHost) PID(*proto.Exchange) uint32 { return middle }
func (constHost) Program(uint32) string      { return "" }
func (constHost) Leaf(uint32, bool)          {}

func newPassage(by event.Thread) *passage {
	p := &passage{
		Correlator: New(Options{Random: NewRandom(), Threads: true}, constHost{}),
		read: event.Event{
			Kind: event.Read, Flags: event.Blocking, Thread: by, Process: event.Process{PID: middle},
		},
		now: 1e9,
	}
	p.in.Request = proto.Message{Seen: true, Origin: proto.Origin{Seq: 1, Ack: 1}}
	p.out.Request = proto.Message{Seen: true, Origin: proto.Origin{Seq: 2, Ack: 2}}
	p.back.Request = proto.Message{Seen: true, Origin: proto.Origin{Seq: 2, Ack: 2}}
	p.conn = p.Open()
	return p
}

// pass is one request.
func (p *passage) pass() (how Outcome) {
	p.now += 4000
	p.in.Request.First, p.read.Time, p.out.Request.First = p.now, p.now+1, p.now+2
	p.server, _ = p.Server(&p.in)
	r := p.Take(&p.in, &p.server, p.conn, 0)
	p.Read(p.conn, &p.read)
	p.client = p.Client(&p.out, Sender{PID: middle, Thread: p.read.Thread})
	how = p.client.Outcome
	call := p.Announce(&p.out, &p.client)
	p.hop(call)
	p.Wrote(p.conn, p.read.Thread)
	p.Done(r)
	p.Release(&p.client)
	p.Release(&p.server)
	return how
}

// hop is the other end of the call, and its end.
func (p *passage) hop(call *Call) {
	p.back.Request.First = p.now + 3
	var found *Call
	p.far, found = p.Server(&p.back)
	p.Settle(call, Emitted)
	p.ReleaseCall(found)
	p.Release(&p.far)
}

// fresh gives the requests contexts and ids that no earlier one had.
func (p *passage) fresh(n uint64, context, id bool) {
	for _, x := range [...]*proto.Exchange{&p.in, &p.out, &p.back} {
		if id {
			x.RequestID = n
		}
		if context {
			x.Context.TraceID = [16]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), 15: 1}
			x.Context.SpanID = [8]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), 7: 1}
		}
	}
}

func passages() map[string]struct {
	by          event.Thread
	context, id bool
	want        Outcome
} {
	return map[string]struct {
		by          event.Thread
		context, id bool
		want        Outcome
	}{
		"thread":    {by: thread(1), want: ByThread},
		"goroutine": {by: goroutine(1, 0), want: ByGoroutine},
		"id":        {by: thread(1), id: true, want: ByRequestID},
		"forwarded": {by: thread(1), context: true, want: ByForwarded},
	}
}

// In steady state nothing is allocated: not by threads, not by headers that are
// all different.
func TestPassageDoesNotAllocate(t *testing.T) {
	for name, tt := range passages() {
		t.Run(name, func(t *testing.T) {
			p := newPassage(tt.by)
			n, wrong := uint64(0), 0
			once := func() {
				n++
				p.fresh(n, tt.context, tt.id)
				if p.pass() != tt.want {
					wrong++
				}
			}
			const full = 1 << 15 // more than memories and contexts hold
			for range 3 * full {
				once()
			}
			const runs = 2 * full // a whole turn of the generations
			assert.Zero(t, testing.AllocsPerRun(3, func() {
				for range runs {
					once()
				}
			}))
			assert.Zero(t, wrong)
			p.Drop(p.conn)
			requireEmpty(t, p.Correlator)
		})
	}
}

func BenchmarkPassage(b *testing.B) {
	for name, tt := range passages() {
		b.Run(name, func(b *testing.B) {
			p := newPassage(tt.by)
			var n uint64
			b.ReportAllocs()
			for b.Loop() {
				n++
				p.fresh(n, tt.context, tt.id)
				p.pass()
			}
		})
	}
}
