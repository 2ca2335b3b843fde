package correlate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// fakeHost says of exchanges what a test has noted.
type fakeHost struct {
	pid    map[*proto.Exchange]uint32
	unkept map[*proto.Exchange]bool
	leaves map[uint32]bool
	// program is what processes run; nil: unknown
	program map[uint32]string
	told    int // how often Leaf was called
}

func (h *fakeHost) Keeps(x *proto.Exchange) bool { return !h.unkept[x] }
func (h *fakeHost) PID(x *proto.Exchange) uint32 { return h.pid[x] }
func (h *fakeHost) Program(pid uint32) string    { return h.program[pid] }
func (h *fakeHost) Leaf(pid uint32, leaf bool)   { h.leaves[pid] = leaf; h.told++ }

// bed is a correlator with a host whose clock moves on with everything that happens.
type bed struct {
	*Correlator
	host *fakeHost
	now  int64
	lost uint32
	seq  uint32
}

func newBed(o Options) *bed {
	h := &fakeHost{pid: map[*proto.Exchange]uint32{}, unkept: map[*proto.Exchange]bool{}, leaves: map[uint32]bool{}}
	if o.Random == nil {
		o.Random = new(counter)
	}
	return &bed{Correlator: New(o, h), host: h, now: int64(time.Minute)}
}

func (b *bed) tick() int64 { b.now += 1000; return b.now }

// exchange makes one that begins now, with numbers of its own.
func (b *bed) exchange() *proto.Exchange {
	b.seq++
	return request(b.seq, 7, 0, b.tick())
}

// served is a request that a process has received.
type served struct {
	b     *bed
	x     *proto.Exchange
	place *Place
	conn  *Conn
	*Request
}

// arrive brings a request to a process, on a connection of its own unless one is given.
func (b *bed) arrive(pid uint32, k *Conn, shape ...func(*proto.Exchange)) *served {
	x := b.exchange()
	for _, f := range shape {
		f(x)
	}
	if k == nil {
		k = b.Open()
	}
	b.host.pid[x] = pid
	s := &served{b: b, x: x, place: new(Place), conn: k}
	var call *Call
	if *s.place, call = b.Server(x); call != nil {
		panic("nobody called")
	}
	s.Request = b.Take(x, s.place, k, b.lost)
	return s
}

// read lets a thread of a process begin to read.
func (b *bed) read(k *Conn, pid uint32, by event.Thread, flags event.Flags) {
	b.Read(k, &event.Event{
		Kind: event.Read, Time: b.tick(), Flags: flags, Thread: by, Lost: b.lost, Process: event.Process{PID: pid},
	})
}

// wait lets a thread read the request with a call that waits.
func (s *served) wait(by event.Thread) *served {
	s.b.read(s.conn, s.b.host.pid[s.x], by, event.Blocking)
	return s
}

// poll lets it read with one that does not.
func (s *served) poll(by event.Thread) *served {
	s.b.read(s.conn, s.b.host.pid[s.x], by, 0)
	return s
}

// answer sends a response.
func (s *served) answer(by event.Thread) {
	s.b.tick()
	s.b.Wrote(s.conn, by)
	s.done()
}

// done ends the exchange.
func (s *served) done() {
	s.b.Done(s.Request)
	s.b.Release(s.place)
}

// call sends a request.
func (b *bed) call(pid uint32, by event.Thread, shape ...func(*proto.Exchange)) Place {
	x := b.exchange()
	for _, f := range shape {
		f(x)
	}
	return b.Client(x, Sender{PID: pid, Thread: by, Lost: b.lost})
}

// thread is one of a process that does not run Go.
func thread(tid uint64) event.Thread { return event.Thread{ID: tid<<32 | 1} }

// goroutine is one, on a thread of its own.
func goroutine(id, parent uint64) event.Thread {
	return event.Thread{ID: (1000+id)<<32 | 1, Goroutine: id, GoroutineParent: parent}
}

func withID(id uint64) func(*proto.Exchange) { return func(x *proto.Exchange) { x.RequestID = id } }

func withContext(trace, span byte) func(*proto.Exchange) {
	return func(x *proto.Exchange) {
		x.Context = tracecontext.Context{TraceID: [16]byte{15: trace}, SpanID: [8]byte{7: span}, Flags: 1, State: "a=b"}
	}
}

// requireEmpty checks that a correlator that nobody uses any more keeps nothing but
// what it is meant to remember.
func requireEmpty(tb testing.TB, c *Correlator) {
	tb.Helper()
	require.Empty(tb, c.calls.open)
	require.Empty(tb, c.ids.heads)
	require.Empty(tb, c.forwarded.heads)
	require.Empty(tb, c.hands.by[ofThread])
	require.Empty(tb, c.hands.by[ofGoroutine])
	for _, h := range c.hands.by[ofProcess] {
		require.Zero(tb, h.refs)
		require.Empty(tb, h.conns)
	}
	for _, generation := range []map[[16]byte]*trace{c.contexts.young, c.contexts.old} {
		for _, t := range generation {
			require.Equal(tb, 1, t.refs)
		}
	}
	requireDistinct(tb, c.traces.spare, func(t *trace) bool { return t.refs == 0 })
	requireDistinct(tb, c.calls.spare, func(k *Call) bool { return k.holders == 0 })
	requireDistinct(tb, c.hands.spare, func(h *hand) bool { return h.refs == 0 && len(h.conns) == 0 })
	requireDistinct(tb, c.conns, func(k *Conn) bool { return *k == Conn{} })
	requireDistinct(tb, c.spare, func(r *Request) bool { return *r == Request{} })
}

// requireDistinct checks that nothing is spare twice, or still in use.
func requireDistinct[T any](tb testing.TB, spare []*T, unused func(*T) bool) {
	tb.Helper()
	seen := map[*T]bool{}
	for _, v := range spare {
		require.False(tb, seen[v], "spare twice")
		require.True(tb, unused(v))
		seen[v] = true
	}
}
