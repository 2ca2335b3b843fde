package flow

import (
	"net/netip"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// Table holds the flows. One goroutine calls it; Stats and Len may be called
// from any.
type Table struct {
	cfg  Config
	book *ledger.Ledger
	sink Sink

	tcp     map[uint64]*Flow
	udp     map[peer]*Flow
	sockets map[uint64]*socket
	spare   []*socket

	flows   arena
	wheel   wheel
	buffers buffers
	waiting []*queue
	queues  []*queue // spare
	early   nursery

	segment Segment // the one handed over
	count   counters
}

// New makes a Table that accounts for messages in book and hands what it finds to sink.
func New(cfg Config, book *ledger.Ledger, sink Sink) *Table {
	return &Table{
		cfg:     cfg.withDefaults(),
		book:    book,
		sink:    sink,
		tcp:     make(map[uint64]*Flow),
		udp:     make(map[peer]*Flow),
		sockets: make(map[uint64]*socket),
		early:   nursery{chains: make(map[tuple]*infant)},
	}
}

// Len is how many flows are held.
func (t *Table) Len() int {
	closed := t.count.closed.Load()
	return int(t.count.opened.Load() - closed)
}

// Find gives the TCP flow of a socket, nil when there is none.
func (t *Table) Find(cookie uint64) *Flow { return t.tcp[cookie] }

// Handle takes the next record. The event and its payload are not kept.
func (t *Table) Handle(ev *event.Event) {
	if !sound(ev) {
		t.count.malformed.Add(1)
		t.drop(ev, ledger.Malformed)
		return
	}
	udp := ev.Transport == event.UDP
	switch {
	case ev.Flags&event.Listener != 0:
		t.listener(ev)
	case ev.Kind == event.Data && udp:
		t.datagram(ev)
	case ev.Kind == event.Data:
		t.data(ev)
	case ev.Kind == event.Connect:
		t.connect(ev)
	case udp:
		t.socketEvent(ev)
	case ev.Kind == event.Owner:
		t.owner(ev)
	case ev.Kind == event.End:
		t.end(ev)
	case ev.Kind == event.Close:
		t.close(ev)
	case ev.Kind == event.Passed:
		t.passed(ev)
	}
}

// farthest bounds positions and times, so that sums of them do not overflow.
const farthest = 1 << 61

// sound tells whether a record can be reasoned about. The kernel's always can;
// recorded ones need not.
func sound(ev *event.Event) bool {
	within := func(v int64) bool { return -farthest < v && v < farthest }
	switch {
	case ev.Kind < event.Data || ev.Kind > event.Passed || ev.Kind == event.Read,
		ev.Dir > event.Egress,
		ev.Transport != event.TCP && ev.Transport != event.UDP,
		uint64(len(ev.Payload)) > uint64(ev.Len),
		!within(ev.Pos), !within(ev.OtherPos),
		!within(ev.Time) || ev.Time < 0, !within(ev.LastTime), !within(ev.OtherTime):
		return false
	case ev.Kind == event.Data && ev.Transport == event.TCP:
		return ev.Len > 0
	}
	return true
}

// begins tells whether the kernel has counted a message for this record.
func begins(ev *event.Event) bool {
	return ev.Kind == event.Data && ev.Flags&event.MsgStart != 0
}

// drop accounts for the message of a record that nothing is made of.
func (t *Table) drop(ev *event.Event, r ledger.Reason) {
	if begins(ev) {
		t.book.Drop(r)
	}
}

// account opens the message that a record begins. Nil when it begins none.
func (t *Table) account(ev *event.Event) *ledger.Message {
	if !begins(ev) {
		return nil
	}
	return t.book.Open(ledger.UnknownProtocol)
}

// seek finds the flow of a TCP record, or opens it. Nil: the table is full.
func (t *Table) seek(ev *event.Event) *Flow {
	f := t.tcp[ev.Cookie]
	if f == nil {
		if f = t.open(ev); f == nil {
			return nil
		}
		t.tcp[ev.Cookie] = f
	}
	f.learn(ev)
	if ev.Kind == event.Data && f.silent() {
		f.Local, f.Remote = ev.Local, ev.Remote // a connecting socket has no port yet
	}
	if t.early.size > 0 {
		t.adopt(f, ev)
	}
	return f
}

// silent tells whether no record with positions has come yet.
func (f *Flow) silent() bool { return (f.dirs[0].bits|f.dirs[1].bits)&based == 0 }

// learn takes what any record tells of a flow.
func (f *Flow) learn(ev *event.Event) {
	f.lastSeen = max(f.lastSeen, ev.Time)
	if ev.Role != event.RoleUnknown {
		f.Role = ev.Role
	}
	if ev.ConnectTime != 0 {
		f.ConnectTime = ev.ConnectTime
	}
	learn(&f.Process, &ev.Process)
}

// owner takes a record of who holds the socket.
func (t *Table) owner(ev *event.Event) {
	if t.tcp[ev.Cookie] == nil && !ev.Remote.IsValid() {
		return // nothing that a flow could be made of
	}
	t.seek(ev)
}

// connect takes a failed connect: its socket carries nothing.
func (t *Table) connect(ev *event.Event) {
	t.count.connectFailed.Add(1)
	if f := t.tcp[ev.Cookie]; f != nil {
		t.finish(f, Gone)
	}
}

// tuple names a TCP connection by its ends.
type tuple struct{ local, remote netip.AddrPort }
