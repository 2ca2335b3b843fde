package flow

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

func TestEndings(t *testing.T) {
	tell(t, []story{
		{
			name: "both sides finish, the socket closes",
			steps: []step{
				in(1, 0, "ab", start), fin(event.Ingress, 2, 2, lastAt(1)), out(3, 0, "cd", start, other(2, 1)),
				fin(event.Egress, 4, 2, lastAt(3), other(2, 1)), fin(event.Egress, 5, 2), closed(6, 2, other(2, 3)),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "end in@1 fin", "out@3 #0 first 5000/0 cd", "end out@3 fin", "gone 1",
			},
			ended: unknown(2),
		},
		{
			name: "what passed uncaptured before the end is a gap with its own time",
			steps: []step{
				in(1, 0, "ab", start, size(10)), fin(event.Ingress, 9, 100, lastAt(7), other(50, 8)),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "gap in@1 8", "gap out@8 50", "gap in@7 90", "end in@7 fin",
			},
			ended: unknown(1),
		},
		{
			name: "an end that says no time",
			steps: []step{
				in(1, 0, "ab", start), fin(event.Ingress, 9, 5), fin(event.Egress, 10, 0),
			},
			want:  []string{"in@1 #0 first 1000/0 ab", "gap in@9 3", "end in@9 fin", "end out@0 fin"},
			ended: unknown(1),
		},
		{
			name: "a reset ends both, holes and all",
			steps: []step{
				in(1, 0, "ab", start), out(2, 0, "x", start, other(2, 1)), in(3, 4, "ef", hole, other(1, 2)),
				fin(event.Egress, 4, 5, reset, lastAt(3), other(9, 3)), fin(event.Ingress, 5, 9, reset),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "out@2 #0 first 5000/0 x",
				"gap out@3 4", "end out@3 rst", "gap in@3 2", "in@3 #1 first unaccounted 1004/0 ef", "gap in@3 3", "end in@3 rst",
			},
			ended: unknown(2),
		},
		{
			name: "a FIN that overtook data held waits with it",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), fin(event.Ingress, 3, 8, lastAt(3)),
				in(4, 2, "cd", late),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "in@4 #0 1000/0 cd", "in@4 #0 1000/0 ef", "gap in@4 2", "end in@4 fin",
			},
			ended: unknown(1),
		},
		{
			name: "a FIN that overtook data not seen yet waits for it",
			steps: []step{
				in(1, 0, "ab", start), fin(event.Ingress, 2, 2, seq(1006)), in(3, 2, "cd"), in(4, 4, "ef"),
				in(5, 6, "gh"),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "in@3 #0 1000/0 cd", "in@4 #0 1000/0 ef", "end in@4 fin",
			},
			ended: unknown(1),
		},
		{
			name: "a FIN that overtook data which never came is a FIN all the same",
			steps: []step{
				in(1, 0, "ab", start), fin(event.Ingress, 2, 2, seq(1006)), closed(3, 2),
			},
			want:  []string{"in@1 #0 first 1000/0 ab", "end out@0 gone", "end in@1 fin", "gone 1"},
			ended: unknown(1),
		},
		{
			name: "the socket closes over a hole",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), closed(3, 8, lastAt(3), other(7, 2)),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "gap out@2 7", "end out@2 gone", "gap in@2 2", "in@2 #0 1000/0 ef",
				"gap in@3 2", "end in@3 gone", "gone 1",
			},
			ended: unknown(1),
		},
		{
			name:  "ends of what nobody knows",
			steps: []step{fin(event.Ingress, 1, 5), closed(2, 5), control(event.Owner, 0, 3, 0, nowherePeer)},
			want:  []string{},
		},
		{
			name: "a connect that failed",
			steps: []step{
				control(event.Owner, event.Ingress, 1, 0), control(event.Connect, event.Ingress, 2, 0),
				control(event.Connect, event.Ingress, 3, 0, cookie(7)),
			},
			want:  []string{"end in@0 gone", "end out@0 gone", "gone 1"},
			check: func(t *testing.T, table *Table) { require.EqualValues(t, 2, table.Stats().ConnectFailed) },
		},
		{
			name:  "the input ends",
			steps: []step{in(1, 0, "ab", start), in(2, 4, "ef", hole), flush(3)},
			want: []string{
				"in@1 #0 first 1000/0 ab", "gap in@2 2", "in@2 #0 1000/0 ef",
				"end in@2 expired", "end out@0 expired", "gone 1",
			},
			ended: unknown(1),
		},
	})
}

func nowherePeer(ev *event.Event) { ev.Remote = netip.AddrPort{} }

func TestExpiry(t *testing.T) {
	const minute = 60_000
	tell(t, []story{
		{
			name: "idle, but not for long",
			steps: []step{
				in(1, 0, "ab", start), tick(9 * minute), in(9*minute, 2, "cd"), tick(11 * minute), tick(18 * minute),
			},
			want: []string{"in@1 #0 first 1000/0 ab", "in@540000 #0 1000/0 cd"},
			held: 1,
		},
		{
			name: "idle for ten minutes, and taken up again",
			steps: []step{
				in(1, 0, "ab", start), tick(10*minute + 2000), in(11*minute, 2, "cd", start, other(50, 9)),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "end in@1 idle", "end out@0 idle", "gone 1",
				"in@660000 #0 first 1002/0 cd",
			},
			ended: unknown(1), held: 1,
			check: func(t *testing.T, table *Table) { require.EqualValues(t, 1, table.Stats().Expired) },
		},
		{
			name:  "idle for longer than the wheel turns",
			cfg:   Config{IdleTimeout: 40 * minute * ms},
			steps: []step{in(1, 0, "ab", start), tick(39 * minute), in(39*minute, 2, "c"), tick(78 * minute)},
			want:  []string{"in@1 #0 first 1000/0 ab", "in@2340000 #0 1000/0 c"},
			held:  1,
		},
		{
			name:  "time makes a leap",
			steps: []step{in(1, 0, "ab", start), tick(100_000 * minute)},
			want:  []string{"in@1 #0 first 1000/0 ab", "end in@1 idle", "end out@0 idle", "gone 1"},
			ended: unknown(1),
		},
		{
			name: "both directions have ended and no close comes",
			steps: []step{
				in(1, 0, "ab", start), fin(event.Ingress, 2, 2), fin(event.Egress, 3, 0), tick(4000), tick(8000),
			},
			want:  []string{"in@1 #0 first 1000/0 ab", "end in@1 fin", "end out@0 fin", "gone 1"},
			ended: unknown(1),
		},
		{
			name:  "an owner without payload",
			steps: []step{control(event.Owner, event.Ingress, 1, 0), tick(29_000), tick(33_000)},
			want:  []string{"end in@0 idle", "end out@0 idle", "gone 1"},
		},
		{
			name: "a full table gives up the idle",
			cfg:  Config{MaxFlows: 2},
			steps: []step{
				in(1, 0, "a", start), in(500, 0, "b", start, cookie(2)), in(1500, 0, "c", start, cookie(3)),
			},
			want: []string{
				"in@1 #0 first 1000/0 a", "in@500 #0 first 1000/0 b",
				"end in@1 expired", "end out@0 expired", "gone 1", "in@1500 #0 first 1000/0 c",
			},
			ended: unknown(1), held: 2,
			check: func(t *testing.T, table *Table) { require.EqualValues(t, 1, table.Stats().Evicted) },
		},
		{
			name: "a full table of the busy refuses the new",
			cfg:  Config{MaxFlows: 2},
			steps: []step{
				in(1, 0, "a", start), in(2, 0, "b", start, cookie(2)), in(3, 0, "c", start, cookie(3)),
				in(4, 1, "c", cookie(3)), in(5, 0, "d", start, udp),
			},
			want:  []string{"in@1 #0 first 1000/0 a", "in@2 #0 first 1000/0 b"},
			ended: map[ledger.Reason]uint64{ledger.FlowTable: 2}, held: 2,
			check: func(t *testing.T, table *Table) {
				require.EqualValues(t, 3, table.Stats().Refused)
				require.EqualValues(t, 2, table.Stats().Flows)
				require.EqualValues(t, 2, table.Stats().Capacity)
				require.Equal(t, 2, table.Len())
			},
		},
	})
}

func TestProgress(t *testing.T) {
	tell(t, []story{
		{
			name: "a long message, polled: nothing counts twice",
			steps: []step{
				in(1, 0, "ab", start, size(10)), polled(event.Ingress, 5, 100, "12345678"), polled(event.Ingress, 6, 104, "56789abc"),
				polled(event.Ingress, 6, 104, "56789abc"), out(7, 0, "ok", start, other(104, 6)),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "gap in@1 8", "gap in@5 82", "in@5 #0 1000/0 12345678",
				"in@6 #0 1000/0 9abc", "out@7 #0 first 5000/0 ok",
			},
			held: 2,
		},
		{
			name:  "without a tail",
			steps: []step{in(1, 0, "ab", start, size(10)), polled(event.Ingress, 5, 100, "")},
			want:  []string{"in@1 #0 first 1000/0 ab", "gap in@1 8", "gap in@5 90"},
			held:  1,
		},
		{
			name: "not over a hole, not after the end, not into nowhere",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), polled(event.Ingress, 5, 100, "x"),
				fin(event.Egress, 6, 0), polled(event.Egress, 7, 9, "x"), polled(7, 8, 9, "x"),
				polled(event.Ingress, 5, farthest, "x"),
			},
			want: []string{"in@1 #0 first 1000/0 ab", "end out@0 fin"},
			held: 1,
		},
	})
}

func TestBehind(t *testing.T) {
	var book ledger.Ledger
	r := &recorder{}
	table := New(Config{}, &book, r)
	after := func(s step) bool {
		s(table, r)
		return r.flow.Transport == event.TCP && r.flow.dirs[event.Ingress].is(behind)
	}
	require.False(t, after(in(1, 0, "ab", start)))
	require.True(t, after(in(2, 2, "cd", size(10))))
	require.True(t, after(polled(event.Ingress, 3, 50, "x")), "more may come")
	require.False(t, after(in(4, 50, "ef")))
	require.False(t, after(in(5, 0, "ef", udp, size(10))), "nothing polls datagrams")
	table.Flush(9 * ms)
}

func TestKernelHandlesBothDirectionsAtOnce(t *testing.T) {
	tell(t, []story{
		{
			name: "the position of a packet under way is no gap",
			steps: []step{
				in(1, 0, "ab", start), out(2, 0, "ok", start, other(6, 1)), in(3, 2, "cdef", start, other(2, 2)),
			},
			want:  []string{"in@1 #0 first 1000/0 ab", "out@2 #0 first 5000/0 ok", "in@3 #1 first 1002/0 cdef"},
			ended: unknown(1), held: 2,
		},
		{
			name:  "nor is that of the very first",
			steps: []step{out(2, 0, "ok", start, other(6, 0)), in(1, 0, "abcdef", start)},
			want:  []string{"out@2 #0 first 5000/0 ok", "in@1 #0 first 1000/0 abcdef"},
			held:  2,
		},
	})
}

func TestIgnore(t *testing.T) {
	var book ledger.Ledger
	r := &recorder{}
	table := New(Config{}, &book, r)
	r.onData = func(f *Flow, s *Segment) {
		if s.Dir == event.Egress {
			f.Ignore(ledger.Unselected)
		}
	}
	for _, do := range []step{
		in(1, 0, "ab", start), in(2, 4, "ef", hole, start), out(3, 0, "ok", start, size(9), ack(1002), other(6, 2)),
		in(4, 6, "gh", start, other(9, 3)), closed(5, 8, other(9, 3), lastAt(4)),
	} {
		do(table, r)
	}
	require.Equal(t, []string{
		"in@1 #0 first 1000/0 ab", "out@3 #0 first 5000/1002 ok", "end out@3 gone", "end in@4 gone", "gone 1",
	}, r.lines)
	require.EqualValues(t, 4, book.Received())
	require.EqualValues(t, 4, book.Ended(ledger.Unselected))
	require.Zero(t, book.Held())
	require.Zero(t, table.Stats().HeldBytes)
}

// The kernel does not tell how an ignored connection ends.
func TestIgnoredIsForgotten(t *testing.T) {
	var book ledger.Ledger
	r := &recorder{onData: func(f *Flow, _ *Segment) { f.Ignore(ledger.Unselected) }}
	table := New(Config{}, &book, r)
	table.Tick(1)
	in(1, 0, "ab", start)(table, r)
	require.Zero(t, book.Held(), "nothing of it is held")
	in(20_000, 2, "cd", start)(table, r)
	table.Tick(int64(49 * time.Second))
	require.Equal(t, 1, table.Len(), "it was heard of 29 seconds ago")
	table.Tick(int64(52 * time.Second))
	require.Zero(t, table.Len())
	require.EqualValues(t, 2, book.Ended(ledger.Unselected))
}

func TestGoneClearsTheFlow(t *testing.T) {
	var book ledger.Ledger
	r := &recorder{}
	table := New(Config{}, &book, r)
	in(1, 0, "ab", start)(table, r)
	f := r.flow
	f.Session = "ours"
	closed(2, 2)(table, r)
	require.Equal(t, Flow{}, *f)
	table.Progress(f, Progress{Pos: 100}) // of a flow that is gone: nothing
	require.Len(t, r.lines, 4)
	in(3, 0, "cd", start, cookie(2))(table, r)
	require.Same(t, f, r.flow, "the memory is used again")
	require.Nil(t, f.Session)
}
