package flow

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

const ms = 1_000_000

var (
	local  = netip.MustParseAddrPort("10.0.0.1:80")
	remote = netip.MustParseAddrPort("10.0.0.2:40000")
)

// recorder is a Sink that writes down what it is told.
type recorder struct {
	lines  []string
	flow   *Flow
	onData func(*Flow, *Segment)
}

func side(d event.Dir) string { return [2]string{"in", "out"}[d] }

func (r *recorder) Segment(f *Flow, s *Segment) {
	r.flow = f
	if s.Shed {
		r.lines = append(r.lines, fmt.Sprintf("skip@%d", s.At/ms))
		return
	}
	line := fmt.Sprintf("%s@%d #%d", side(s.Dir), s.At/ms, s.Ordinal)
	if s.First {
		line += " first"
	}
	if s.Message == nil {
		line += " unaccounted"
	}
	r.lines = append(r.lines, fmt.Sprintf("%s %d/%d %s", line, s.Seq, s.Ack, s.Bytes))
	if r.onData != nil {
		r.onData(f, s)
	}
}

func (r *recorder) Gap(f *Flow, d event.Dir, at, n int64) {
	r.flow = f
	r.lines = append(r.lines, fmt.Sprintf("gap %s@%d %d", side(d), at/ms, n))
}

func (r *recorder) End(_ *Flow, d event.Dir, last int64, how Ending) {
	name := [...]string{"fin", "rst", "gone", "expired", "idle"}[how]
	r.lines = append(r.lines, fmt.Sprintf("end %s@%d %s", side(d), last/ms, name))
}

func (r *recorder) Gone(f *Flow) {
	r.flow = nil
	r.lines = append(r.lines, fmt.Sprintf("gone %d", f.Cookie))
}

// step is one thing that happens to a table.
type step func(t *Table, r *recorder)

type option func(*event.Event)

func handle(ev event.Event, options []option) step {
	for _, o := range options {
		o(&ev)
	}
	return func(t *Table, _ *recorder) { t.Handle(&ev) }
}

// in and out are TCP payload; sequence numbers begin at 1000 and 5000.
func in(at, pos int64, s string, options ...option) step {
	return handle(packet(event.Ingress, at, pos, s), options)
}

func out(at, pos int64, s string, options ...option) step {
	return handle(packet(event.Egress, at, pos, s), options)
}

func packet(d event.Dir, at, pos int64, s string) event.Event {
	return event.Event{
		Kind: event.Data, Dir: d, Transport: event.TCP, Cookie: 1, Time: at * ms, Local: local, Remote: remote,
		Pos: pos, Seq: [2]uint32{1000, 5000}[d] + uint32(pos), Len: uint32(len(s)), Payload: []byte(s),
	}
}

func control(k event.Kind, d event.Dir, at, pos int64, options ...option) step {
	ev := packet(d, at, pos, "")
	ev.Kind = k
	return handle(ev, options)
}

func fin(d event.Dir, at, pos int64, options ...option) step {
	return control(event.End, d, at, pos, options...)
}

func closed(at, pos int64, options ...option) step {
	return control(event.Close, event.Ingress, at, pos, options...)
}

func start(ev *event.Event) { ev.Flags |= event.MsgStart }
func hole(ev *event.Event)  { ev.Flags |= event.GapBefore }
func late(ev *event.Event)  { ev.Flags |= event.Late }
func cut(ev *event.Event)   { ev.Flags |= event.Cut }
func reset(ev *event.Event) { ev.Flags |= event.Reset }
func shed(ev *event.Event)  { ev.Flags |= event.Shed }

func ack(n uint32) option    { return func(ev *event.Event) { ev.Ack = n } }
func size(n uint32) option   { return func(ev *event.Event) { ev.Len = n } }
func cookie(n uint64) option { return func(ev *event.Event) { ev.Cookie = n } }
func lastAt(at int64) option { return func(ev *event.Event) { ev.LastTime = at * ms } }
func seq(n uint32) option    { return func(ev *event.Event) { ev.Seq = n } }
func udp(ev *event.Event)    { ev.Transport = event.UDP }
func to(port uint16) option {
	return func(ev *event.Event) { ev.Remote = netip.AddrPortFrom(ev.Remote.Addr(), port) }
}
func role(r event.Role) option { return func(ev *event.Event) { ev.Role = r } }

func other(pos, at int64) option {
	return func(ev *event.Event) { ev.OtherPos, ev.OtherTime = pos, at*ms }
}

// heard marks a record of the listener: its cookie and its positions are not the connection's.
func heard(ev *event.Event) {
	ev.Flags |= event.Listener
	ev.Cookie, ev.Pos = 99, 0
}

func tick(at int64) step  { return func(t *Table, _ *recorder) { t.Tick(at * ms) } }
func flush(at int64) step { return func(t *Table, _ *recorder) { t.Flush(at * ms) } }

func polled(d event.Dir, at, pos int64, tail string) step {
	return func(t *Table, r *recorder) {
		t.Progress(r.flow, Progress{Dir: d, Pos: pos, Time: at * ms, Tail: []byte(tail)})
	}
}

// story is a table, what happens to it, and what the sink hears.
type story struct {
	name  string
	cfg   Config
	steps []step
	want  []string
	// ended is how the messages ended after the steps; the rest is held.
	ended map[ledger.Reason]uint64
	held  int64
	check func(*testing.T, *Table)
}

func (s *story) run(t *testing.T) {
	var book ledger.Ledger
	r := &recorder{lines: []string{}}
	table := New(s.cfg, &book, r)
	for _, do := range s.steps {
		do(table, r)
	}
	require.Equal(t, s.want, r.lines)
	for reason := range ledger.Reasons {
		require.Equal(t, s.ended[reason], book.Ended(reason), "ended: %s", reason)
	}
	require.Equal(t, s.held, book.Held(), "held")
	if s.check != nil {
		s.check(t, table)
	}
	table.Flush(1 << 60)
	require.Zero(t, book.Held(), "held after the end")
	require.Zero(t, table.Len())
	require.Zero(t, table.Stats().HeldBytes)
	require.Zero(t, table.Stats().EarlyRecords)
}

func tell(t *testing.T, stories []story) {
	for _, s := range stories {
		t.Run(s.name, s.run)
	}
}

func remoteOf(port uint8) netip.AddrPort {
	return netip.AddrPortFrom(remote.Addr(), remote.Port()+uint16(port))
}
