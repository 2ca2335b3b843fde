package flow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

func TestDatagrams(t *testing.T) {
	tell(t, []story{
		{
			name: "each is a message, each peer a flow, whatever the socket's count",
			steps: []step{
				in(1, 0, "a", udp, start), in(2, 1, "b", udp, start, to(53)), in(3, 2, "c", udp, start),
				out(4, 0, "d", udp, start, other(3, 3)), in(5, 3, "", udp, start), in(6, 3, "e", udp),
			},
			want: []string{
				"in@1 #0 first 1000/0 a", "in@2 #0 first 1001/0 b", "in@3 #1 first 1002/0 c",
				"out@4 #0 first 5000/0 d", "in@5 #2 first 1003/0 ", "in@6 #3 first unaccounted 1003/0 e",
			},
			ended: unknown(3), held: 2,
			check: func(t *testing.T, table *Table) { require.Equal(t, 2, table.Len()) },
		},
		{
			name:  "cut",
			steps: []step{in(1, 0, "a", udp, start, size(9))},
			want:  []string{"in@1 #0 first 1000/0 a", "gap in@1 8"},
			held:  1,
		},
		{
			name: "the socket closes: all its flows end",
			steps: []step{
				in(1, 0, "a", udp, start), in(2, 0, "b", udp, start, to(2)), in(3, 0, "c", udp, start, cookie(2)),
				in(3, 0, "d", udp, start, to(3)), closed(4, 0, udp), closed(5, 0, udp),
			},
			want: []string{
				"in@1 #0 first 1000/0 a", "in@2 #0 first 1000/0 b", "in@3 #0 first 1000/0 c", "in@3 #0 first 1000/0 d",
				"end in@3 gone", "end out@0 gone", "gone 1", "end in@2 gone", "end out@0 gone", "gone 1",
				"end in@1 gone", "end out@0 gone", "gone 1",
			},
			ended: unknown(3), held: 1,
		},
		{
			name: "each flow expires by itself",
			steps: []step{
				in(1, 0, "a", udp, start), in(2, 0, "b", udp, start, to(2)), in(3, 0, "c", udp, start, to(3)),
				in(20_000, 0, "d", udp, start, to(2)), tick(33_000), in(34_000, 0, "e", udp, start),
			},
			want: []string{
				"in@1 #0 first 1000/0 a", "in@2 #0 first 1000/0 b", "in@3 #0 first 1000/0 c", "in@20000 #1 first 1000/0 d",
				"end in@3 idle", "end out@0 idle", "gone 1", "end in@1 idle", "end out@0 idle", "gone 1",
				"in@34000 #0 first 1000/0 e",
			},
			ended: unknown(3), held: 2,
		},
	})
}

func process(p event.Process) option { return func(ev *event.Event) { ev.Process = p } }

func TestProcess(t *testing.T) {
	var book ledger.Ledger
	r := &recorder{}
	table := New(Config{}, &book, r)
	after := func(s step) event.Process { s(table, r); return r.flow.Process }

	require.Equal(t, event.Process{PID: 10, Cgroup: 5},
		after(in(1, 0, "a", process(event.Process{PID: 10, Cgroup: 5}))))
	whole := event.Process{PID: 10, TID: 11, Start: 77, Comm: "nginx", Cgroup: 5, NetNS: 9}
	require.Equal(t, whole, after(control(event.Owner, event.Ingress, 2, 0, process(whole))))
	require.Equal(t, whole, after(in(3, 1, "b", process(event.Process{PID: 10, Cgroup: 5}))), "a record that knows less")
	require.Equal(t, event.Process{PID: 20, Cgroup: 5, NetNS: 9},
		after(in(4, 2, "c", process(event.Process{PID: 20}))), "another process")
	require.Equal(t, event.Process{PID: 20, Start: 80, Cgroup: 5, NetNS: 9},
		after(control(event.Owner, event.Ingress, 5, 0, process(event.Process{PID: 20, Start: 80}))))
}

func TestProcessOfUDPSocket(t *testing.T) {
	var book ledger.Ledger
	r := &recorder{}
	table := New(Config{}, &book, r)
	owner := event.Process{PID: 10, TID: 10, Start: 7, Comm: "dnsmasq"}
	for _, do := range []step{
		control(event.Owner, event.Ingress, 1, 0, udp, process(owner)), // of a socket that nobody knows
		in(2, 0, "a", udp, start),
	} {
		do(table, r)
	}
	first := r.flow
	require.Zero(t, first.Process)
	control(event.Owner, event.Ingress, 3, 0, udp, process(owner))(table, r)
	require.Equal(t, owner, first.Process)
	in(4, 0, "b", udp, start, to(2))(table, r)
	require.NotSame(t, first, r.flow)
	require.Equal(t, owner, r.flow.Process, "a new peer of the same socket")
}

func TestFlowLearns(t *testing.T) {
	var book ledger.Ledger
	r := &recorder{}
	table := New(Config{}, &book, r)
	// connect(2) has not chosen a port when its owner is told
	unbound := func(ev *event.Event) { ev.Local = ev.Remote }
	control(event.Owner, event.Ingress, 1, 0, unbound, role(event.RoleClient))(table, r)
	out(2, 0, "GET", start, func(ev *event.Event) { ev.ConnectTime = 3 * ms })(table, r)
	require.Equal(t, local, r.flow.Local)
	require.Equal(t, event.RoleClient, r.flow.Role)
	require.EqualValues(t, 3*ms, r.flow.ConnectTime)
	in(3, 0, "200", start)(table, r)
	require.Equal(t, event.RoleClient, r.flow.Role, "a record that does not know")
}

func TestSegmentCarriesThreads(t *testing.T) {
	var book ledger.Ledger
	var got Segment
	r := &recorder{onData: func(_ *Flow, s *Segment) { got = *s }}
	table := New(Config{}, &book, r)
	out(2, 0, "GET", start, func(ev *event.Event) {
		ev.Thread, ev.ReadTime, ev.Again = event.Thread{ID: 1, Goroutine: 2, GoroutineParent: 3}, 4, 5
	})(table, r)
	require.Equal(t, event.Thread{ID: 1, Goroutine: 2, GoroutineParent: 3}, got.Writer)
	require.Equal(t, []int64{4, 5}, []int64{got.ReadTime, int64(got.Again)})
	require.Same(t, r.flow, table.Find(r.flow.Cookie))
	require.Nil(t, table.Find(12345))
}

func TestMalformed(t *testing.T) {
	bad := func(o option) step { return in(1, 0, "ab", start, o) }
	tell(t, []story{{
		name: "records that contradict themselves",
		steps: []step{
			bad(func(ev *event.Event) { ev.Kind = 0 }),
			bad(func(ev *event.Event) { ev.Kind = 6 }),
			bad(func(ev *event.Event) { ev.Dir = 2 }),
			bad(func(ev *event.Event) { ev.Transport = 132 }),
			bad(size(1)),
			bad(func(ev *event.Event) { ev.Pos = 1 << 62 }),
			bad(func(ev *event.Event) { ev.OtherPos = -1 << 62 }),
			bad(func(ev *event.Event) { ev.Time = -1 }),
			bad(func(ev *event.Event) { ev.Len, ev.Payload = 0, nil }),
			bad(func(ev *event.Event) { heard(ev); ev.Dir = event.Egress }),
		},
		want:  []string{},
		ended: map[ledger.Reason]uint64{ledger.Malformed: 8}, // not those of no known kind
		check: func(t *testing.T, table *Table) { require.EqualValues(t, 10, table.Stats().Malformed) },
	}})
}
