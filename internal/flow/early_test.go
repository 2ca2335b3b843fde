package flow

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

func TestListener(t *testing.T) {
	adopted := func(n uint64) func(*testing.T, *Table) {
		return func(t *testing.T, table *Table) { require.Equal(t, n, table.Stats().EarlyAdopted) }
	}
	tell(t, []story{
		{
			name: "its data comes before the connection's own, in the same message",
			steps: []step{
				in(1, 0, "GET", start, heard, seq(1000)), in(2, 0, " /", start, seq(1003)), in(3, 2, "x", seq(1005)),
				out(4, 0, "200", start, other(3, 3)), in(5, 3, "GET", start, seq(1006), other(3, 4)),
			},
			want: []string{
				"in@1 #0 first 1000/0 GET", "in@2 #0 1000/0  /", "in@3 #0 1000/0 x",
				"out@4 #0 first 5000/0 200", "in@5 #1 first 1006/0 GET",
			},
			ended: unknown(2), held: 2, check: adopted(1),
		},
		{
			name: "the answer shows up first",
			steps: []step{
				in(1, 0, "GET", start, heard, seq(1000)), out(4, 0, "200", start, ack(1003)),
				in(5, 0, "PUT", start, seq(1003), other(3, 4)), out(6, 3, "201", start, other(3, 5), ack(1006)),
			},
			want: []string{
				"in@1 #0 first 1000/0 GET", "out@4 #0 first 5000/1003 200",
				"in@5 #1 first 1003/0 PUT", "out@6 #1 first 5003/1006 201",
			},
			ended: unknown(2), held: 2, check: adopted(1),
		},
		{
			name: "sent again to the connection's own socket, and more",
			steps: []step{
				in(1, 0, "GET", start, heard, seq(1000)), in(2, 0, "GET /", start, seq(1000)), in(3, 5, "x", seq(1005)),
				out(4, 0, "200", start, other(6, 3)),
			},
			want: []string{
				"in@1 #0 first 1000/0 GET", "in@2 #0 1000/0  /", "in@3 #0 1000/0 x", "out@4 #0 first 5000/0 200",
			},
			ended: unknown(1), held: 2,
			check: func(t *testing.T, table *Table) { require.EqualValues(t, 3, table.Stats().DuplicateBytes) },
		},
		{
			name: "sent again in whole: its message is not lost, but counted",
			steps: []step{
				in(1, 0, "GET", start, heard, seq(1000)), out(2, 0, "200", start), in(3, 0, "GET", seq(1000), other(3, 2)),
				in(4, 3, "PUT", start, seq(1003), other(3, 2)),
			},
			want: []string{
				"in@1 #0 first 1000/0 GET", "out@2 #0 first 5000/0 200", "in@4 #1 first 1003/0 PUT",
			},
			ended: unknown(1), held: 2,
		},
		{
			name: "sent again to the listener",
			steps: []step{
				in(1, 0, "GET", start, heard, seq(1000)), in(2, 0, "GET", start, heard, seq(1000)),
				in(3, 0, "x", start, seq(1003)),
			},
			want:  []string{"in@1 #0 first 1000/0 GET", "in@3 #0 1000/0 x"},
			ended: map[ledger.Reason]uint64{repeated: 1, ledger.UnknownProtocol: 1}, held: 1,
		},
		{
			name: "in two parts, out of order, across the wrap of the numbers",
			steps: []step{
				in(1, 0, "T /", start, heard, seq(0)), in(2, 0, "GE", start, heard, seq(0xfffffffe)),
				control(event.Owner, event.Ingress, 3, 0), in(4, 0, "x", start, seq(3)),
			},
			want: []string{
				"in@2 #0 first 4294967294/0 GE", "in@2 #0 4294967294/0 T /", "in@4 #0 4294967294/0 x",
			},
			ended: unknown(2), held: 1, check: adopted(2),
		},
		{
			name: "a hole behind it is waited for",
			steps: []step{
				in(1, 0, "GET", start, heard, seq(1000)), in(2, 0, "x", start, seq(1005)),
				in(3, -2, " /", late, seq(1003)),
			},
			want:  []string{"in@1 #0 first 1000/0 GET", "in@3 #0 1000/0  /", "in@3 #0 1000/0 x"},
			ended: unknown(1), held: 1,
		},
		{
			name: "the listener's record comes after the connection's first",
			steps: []step{
				out(1, 0, "220", start), in(2, 0, "HELO", start, heard, seq(1000)), out(3, 3, "x", start),
				in(4, 0, "MAIL", start, seq(1004), other(4, 3)),
			},
			want: []string{
				"out@1 #0 first 5000/0 220", "in@2 #0 first 1000/0 HELO", "out@3 #1 first 5003/0 x",
				"in@4 #1 first 1004/0 MAIL",
			},
			ended: unknown(2), held: 2,
		},
		{
			name: "a connection that only ends",
			steps: []step{
				in(1, 0, "PING", start, heard, seq(1000)), fin(event.Ingress, 2, 0, seq(1004)), closed(3, 0),
			},
			want: []string{
				"in@1 #0 first 1000/0 PING", "end in@1 fin", "end out@0 gone", "gone 1",
			},
			ended: unknown(1),
		},
		{
			name: "the same addresses in another network namespace",
			steps: []step{
				in(1, 0, "GET", start, heard, seq(1<<30)), in(2, 0, "PUT", start),
			},
			want:  []string{"in@2 #0 first 1000/0 PUT"},
			ended: map[ledger.Reason]uint64{ledger.ListenerExpired: 1}, held: 1,
		},
		{
			name: "the same, found out too late",
			steps: []step{
				in(1, 0, "GET", start, heard, seq(1<<30)), control(event.Owner, event.Ingress, 2, 0), in(3, 0, "PUT", start),
			},
			want:  []string{"in@1 #0 first 1073741824/0 GET", "in@3 #0 1073741824/0 PUT"},
			ended: unknown(1), held: 1,
		},
		{
			name: "not a client's, not an old connection's",
			steps: []step{
				in(1, 0, "GET", start, heard), out(2, 0, "x", role(event.RoleClient)), tick(7000),
			},
			want:  []string{"out@2 #0 first unaccounted 5000/0 x"},
			ended: map[ledger.Reason]uint64{ledger.ListenerExpired: 1},
		},
		{
			name: "no connection shows up in time",
			steps: []step{
				in(1, 0, "GET", start, heard), in(2, 0, "GE", heard), in(3, 3, "x", start, heard), tick(5001), tick(5002),
			},
			want:  []string{},
			ended: map[ledger.Reason]uint64{ledger.ListenerExpired: 2},
			check: func(t *testing.T, table *Table) { require.EqualValues(t, 2, table.Stats().EarlyExpired) },
		},
		{
			name: "too many: the oldest go",
			cfg:  Config{MaxEarly: 2},
			steps: []step{
				in(1, 0, "a", start, heard), in(2, 0, "b", start, heard, to(2)), in(3, 0, "c", start, heard, to(3)),
				in(4, 0, "d", start, heard, to(4)), in(5, 1, "x", to(3)),
			},
			want:  []string{"in@3 #0 first 1000/0 c", "in@5 #0 1000/0 x"},
			ended: map[ledger.Reason]uint64{ledger.ListenerExpired: 2}, held: 2,
		},
		{
			name: "too much",
			cfg:  Config{MaxEarlyBytes: 1500},
			steps: []step{
				in(1, 0, "a", start, heard), in(2, 0, "b", start, heard, to(2)), in(3, 0, "c", start, heard, to(3)),
				in(4, 0, strings.Repeat("d", 2000), start, heard, to(4)),
			},
			want:  []string{},
			ended: map[ledger.Reason]uint64{ledger.ListenerExpired: 4},
		},
		{
			name:  "other things that the listener's socket is told",
			steps: []step{fin(event.Ingress, 1, 0, heard), control(event.Owner, event.Ingress, 1, 0, heard)},
			want:  []string{},
		},
	})
}
