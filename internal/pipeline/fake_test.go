//go:build linux && (amd64 || arm64)

package pipeline

import (
	"cmp"
	"encoding/binary"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/span"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// fakeSource plays the kernel: it gives scripted records, and notes the orders.
type fakeSource struct {
	script    []func(rec *[]byte) error
	forgotten []uint64
	dozes     int
	ignored   []uint64
	orders    []tap.Verdict // of other kinds
	all       []uint64
	progress  map[uint64]tap.ProgressRecord
	known     map[uint32]tap.Process
}

func (f *fakeSource) Read(rec *[]byte) error {
	if len(f.script) == 0 {
		return io.EOF
	}
	next := f.script[0]
	f.script = f.script[1:]
	return next(rec)
}

func (f *fakeSource) Order(c uint64, v tap.Verdict) error {
	switch v {
	case tap.Ignore:
		f.ignored = append(f.ignored, c)
	case tap.All:
		f.all = append(f.all, c)
	default:
		f.orders = append(f.orders, v)
	}
	return nil
}
func (f *fakeSource) Forget(c uint64) { f.forgotten = append(f.forgotten, c) }
func (f *fakeSource) Know(pid uint32, p tap.Process) error {
	f.known[pid] = p
	return nil
}
func (f *fakeSource) Doze()         { f.dozes++ }
func (f *fakeSource) Detach() error { return nil }
func (f *fakeSource) Close() error  { return nil }
func (f *fakeSource) Progress(c uint64, p *tap.ProgressRecord) bool {
	got, ok := f.progress[c]
	*p = got
	return ok
}

// fakeClock stands where the test puts it. Step is by how much the wall clock
// was stepped since the last Sync, ns.
type fakeClock struct{ now, offset, step int64 }

func (c *fakeClock) Unix(at int64) uint64 { return uint64(at + c.offset) }
func (c *fakeClock) Now() int64           { return c.now }
func (c *fakeClock) Sync() time.Duration {
	step := c.step
	c.offset, c.step = c.offset+step, 0
	return time.Duration(step)
}

// bench is an engine on a fake source.
type bench struct {
	*Engine
	source *fakeSource
	clock  *fakeClock
	lost   uint32 // records that did not fit the ring so far
	tb     testing.TB
}

func newBench(tb testing.TB, cfg Config) *bench {
	tb.Helper()
	if cfg.MaxInflight == 0 {
		cfg.MaxInflight = 1000
	}
	if cfg.MaxBatch == 0 {
		cfg.MaxBatch = 100
	}
	if cfg.Queue == 0 {
		cfg.Queue = 100
	}
	cfg.FlushInterval = 200 * time.Millisecond
	cfg.Correlate.Threads = true
	b := &bench{tb: tb, source: &fakeSource{progress: map[uint64]tap.ProgressRecord{}, known: map[uint32]tap.Process{}}, clock: &fakeClock{now: 1e9}}
	cfg.Process = process.Options{
		ProcFS: tb.TempDir(), HostName: "host", LookupsPerSecond: cfg.Process.LookupsPerSecond, Now: b.clock.Now,
	}
	e, err := newEngine(cfg)
	require.NoError(tb, err)
	e.src, e.clock, e.owners = b.source, b.clock, true
	e.build()
	b.Engine = e
	return b
}

// give hands the engine a record.
func (b *bench) give(v any, payload string) {
	raw, err := binary.Append(nil, binary.NativeEndian, v)
	if err != nil {
		panic(err)
	}
	b.raw = append(raw, payload...)
	b.handle()
}

// pass lets time pass, with the ring drained.
func (b *bench) pass(d time.Duration) {
	b.clock.now += int64(d)
	b.tick(true)
}

// finish ends the run and gives all spans.
func (b *bench) finish(tb testing.TB) []span.Span {
	tb.Helper()
	require.NoError(tb, b.Run())
	var all []span.Span
	for batch := range b.Batches() {
		all = append(all, batch.Spans()...)
	}
	st := b.Stats()
	require.Zero(tb, st.Held, "at rest nothing is held")
	var ended uint64
	for _, n := range st.Ended {
		ended += n
	}
	require.Equal(tb, st.Received, ended)
	require.Zero(tb, st.Inflight)
	return all
}

// conn makes the records of one connection, as the local end sees it.
type conn struct {
	b        *bench
	cookie   uint64
	role     event.Role
	udp      bool
	pos      [2]uint64
	last     int8
	seen     bool
	tgid     uint32
	lastTime [2]uint64
	comm     string
	isn      [2]uint32 // where sequence numbers begin, by direction

	writer   event.Thread  // who writes what goes out
	readTime uint64        // when the newest message that came in began to be read
	again    uint32        // segments sent again so far
	connect  time.Duration // what connect took
	reader   uint32        // the process that reads, if that is not tgid
	left     bool          // exchanges are left out
}

var (
	localEnd  = netip.MustParseAddrPort("10.0.0.1:8080")
	remoteEnd = netip.MustParseAddrPort("10.0.0.2:40000")
)

func (b *bench) conn(cookie uint64, role event.Role) *conn {
	return &conn{b: b, cookie: cookie, role: role, tgid: 7}
}

// say passes a payload of which only the first captured bytes (all, if
// negative) are in the record.
func (c *conn) say(d event.Dir, payload string, captured int) {
	if captured < 0 {
		captured = len(payload)
	}
	c.b.clock.now += 1000
	rec := tap.Record{
		Kind: uint8(event.Data), Dir: uint8(d), Transport: c.transport(), Role: uint8(c.role), Family: 4,
		Cookie: c.cookie, Time: uint64(c.b.clock.now), LocalPort: localEnd.Port(), RemotePort: remoteEnd.Port(),
		Seq: c.isn[d] + uint32(c.pos[d]), Ack: c.isn[d.Flip()] + uint32(c.pos[d.Flip()]), Pos: c.pos[d],
		Len: uint32(len(payload)), Cap: uint32(captured), Tgid: c.tgid,
		OtherPos: c.pos[d.Flip()], OtherTime: c.lastTime[d.Flip()],
		ReadTime: c.readTime, Note: c.again,
	}
	copy(rec.Local[:], localEnd.Addr().AsSlice())
	copy(rec.Remote[:], remoteEnd.Addr().AsSlice())
	if !c.seen || c.last != int8(d) || c.udp {
		rec.Flags = uint16(event.MsgStart)
		rec.Lost, rec.ConnectUs = c.b.lost, uint32(c.connect.Microseconds())
		if d == event.Egress {
			rec.Thread, rec.Goroutine, rec.GoroutineParent = c.writer.ID, c.writer.Goroutine, c.writer.GoroutineParent
		}
	}
	c.seen, c.last = true, int8(d)
	c.pos[d] += uint64(len(payload))
	c.lastTime[d] = rec.Time
	if captured > 0 {
		c.b.give(rec, payload[:captured])
	}
}

// lose passes a payload whose record does not fit the ring.
func (c *conn) lose(d event.Dir, payload string) {
	c.say(d, payload, 0)
	c.b.lost++
}

// read says that a thread begins to read the newest message that came in.
func (c *conn) read(by event.Thread, flags event.Flags) {
	c.b.clock.now += 1000
	c.readTime = uint64(c.b.clock.now)
	c.b.give(tap.ReadRecord{
		Kind: uint8(event.Read), Dir: uint8(event.Ingress), Transport: uint8(event.TCP), Role: uint8(c.role),
		Flags: uint16(flags), Cookie: c.cookie, Time: c.readTime, Tgid: cmp.Or(c.reader, c.tgid), Lost: c.b.lost,
		Thread: by.ID, Goroutine: by.Goroutine, GoroutineParent: by.GoroutineParent,
	}, "")
}

func (c *conn) transport() uint8 {
	if c.udp {
		return uint8(event.UDP)
	}
	return uint8(event.TCP)
}

// close ends the socket.
func (c *conn) close() {
	c.b.clock.now += 1000
	c.b.give(tap.Record{
		Kind: uint8(event.Close), Dir: uint8(event.Egress), Transport: c.transport(), Role: uint8(c.role), Family: 4,
		Cookie: c.cookie, Time: uint64(c.b.clock.now), Tgid: c.tgid,
		Pos: c.pos[event.Egress], LastTime: c.lastTime[event.Egress],
		OtherPos: c.pos[event.Ingress], OtherTime: c.lastTime[event.Ingress],
	}, "")
}

// own tells who holds the socket.
func (c *conn) own(pid uint32) {
	c.tgid = pid
	rec := tap.OwnerRecord{
		Rec: tap.Record{
			Kind: uint8(event.Owner), Transport: uint8(event.TCP), Family: 4, Cookie: c.cookie,
			Time: uint64(c.b.clock.now), Tgid: pid, LocalPort: localEnd.Port(), RemotePort: remoteEnd.Port(),
		},
		Start: 1, Tid: pid,
	}
	copy(rec.Comm[:], cmp.Or(c.comm, "app"))
	copy(rec.Rec.Local[:], localEnd.Addr().AsSlice())
	copy(rec.Rec.Remote[:], remoteEnd.Addr().AsSlice())
	c.b.give(rec, "")
}

// patch moves a record of a connection on in its stream.
func patch(raw []byte, pos, other uint64) {
	const posAt, otherAt = 80, 88 // of tap.Record
	binary.NativeEndian.PutUint64(raw[posAt:], pos)
	binary.NativeEndian.PutUint64(raw[otherAt:], other)
}

// pair makes both ends of a connection on this host: client 2n, server 2n+1.
func (b *bench) pair(n uint64) (client, server *conn) {
	client, server = b.conn(2*n, event.RoleClient), b.conn(2*n+1, event.RoleServer)
	client.tgid, server.tgid = 8, 9
	there, back := uint32(1000*n), uint32(1000*n+500)
	client.isn[event.Egress], client.isn[event.Ingress] = there, back
	server.isn[event.Ingress], server.isn[event.Egress] = there, back
	return client, server
}
