package flow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

func unknown(n uint64) map[ledger.Reason]uint64 {
	return map[ledger.Reason]uint64{ledger.UnknownProtocol: n}
}

func TestConversation(t *testing.T) {
	tell(t, []story{
		{
			name: "request, response, request, close",
			steps: []step{
				in(1, 0, "GET", start, ack(5000)),
				out(2, 0, "200", start, other(3, 1), ack(1003)),
				in(3, 3, "PUT", start, other(3, 2), ack(5003)),
				in(4, 6, "abc", other(3, 2), ack(5003)),
				closed(9, 9, other(3, 2), lastAt(4)),
			},
			want: []string{
				"in@1 #0 first 1000/5000 GET",
				"out@2 #0 first 5000/1003 200",
				"in@3 #1 first 1003/5003 PUT",
				"in@4 #1 1003/5003 abc",
				"end out@2 gone", "end in@4 gone", "gone 1",
			},
			ended: unknown(3),
		},
		{
			name: "a message is held until the next of its direction begins",
			steps: []step{
				in(1, 0, "a", start), out(2, 0, "b", start, other(1, 1)), in(3, 1, "c", start, other(1, 2)),
			},
			want: []string{
				"in@1 #0 first 1000/0 a", "out@2 #0 first 5000/0 b", "in@3 #1 first 1001/0 c",
			},
			ended: unknown(1), held: 2,
		},
		{
			name: "the window cuts a packet, the rest is a gap at once",
			steps: []step{
				in(1, 0, "head", start, size(100)),
				out(9, 0, "ok", start, other(100, 1)),
			},
			want: []string{
				"in@1 #0 first 1000/0 head", "gap in@1 96", "out@9 #0 first 5000/0 ok",
			},
			held: 2,
		},
		{
			name: "packets behind the window show in the next record of the other direction, with their time",
			steps: []step{
				in(1, 0, "head", start, size(100)),
				out(9, 0, "ok", start, other(5000, 7)),
			},
			want: []string{
				"in@1 #0 first 1000/0 head", "gap in@1 96", "gap in@7 4900", "out@9 #0 first 5000/0 ok",
			},
			held: 2,
		},
		{
			name: "a window opened again goes on after a gap",
			steps: []step{
				in(1, 0, "head", start, size(100)),
				in(5, 300, "tail", cut, lastAt(4)),
				in(6, 400, "tail", cut),
			},
			want: []string{
				"in@1 #0 first 1000/0 head", "gap in@1 96",
				"gap in@4 200", "in@5 #0 1000/0 tail",
				"gap in@6 96", "in@6 #0 1000/0 tail",
			},
			held:  1,
			check: func(t *testing.T, table *Table) { require.Zero(t, table.Stats().LostBytes) },
		},
		{
			name: "a record lost in the ring is a gap, and counted",
			steps: []step{
				in(1, 0, "aa", start), in(2, 5, "bb"), tick(300),
			},
			want:  []string{"in@1 #0 first 1000/0 aa", "gap in@2 3", "in@2 #0 1000/0 bb"},
			held:  1,
			check: func(t *testing.T, table *Table) { require.EqualValues(t, 3, table.Stats().LostBytes) },
		},
		{
			name: "the start of a message was lost: it still begins, without an account",
			steps: []step{
				in(1, 0, "aa", start), out(2, 4, "bb", other(2, 1)), in(3, 2, "cc", other(6, 2), start, ack(5006)),
			},
			want: []string{
				"in@1 #0 first 1000/0 aa", "gap out@2 4", "out@2 #0 first unaccounted 5004/0 bb", "in@3 #1 first 1002/5006 cc",
			},
			ended: unknown(1), held: 1,
		},
		{
			name: "a whole response was lost: its direction turns all the same",
			steps: []step{
				in(1, 0, "aa", start), in(3, 4, "cc", other(9, 2)), tick(300),
			},
			want: []string{
				"in@1 #0 first 1000/0 aa", "gap out@2 9", "gap in@3 2", "in@3 #1 first unaccounted 1004/0 cc",
			},
			ended: unknown(1),
		},
		{
			name: "first seen in the middle: positions begin there",
			steps: []step{
				out(1, 700, "aa", start, other(300, 1)), in(2, 300, "bb", start, other(702, 1)),
			},
			want: []string{"out@1 #0 first 5700/0 aa", "in@2 #0 first 1300/0 bb"},
			held: 2,
		},
		{
			name:  "a packet of which nothing was captured",
			steps: []step{in(1, 0, "", start, size(10)), in(2, 10, "x")},
			want:  []string{"gap in@1 10", "in@2 #0 first 1000/0 x"},
			held:  1,
		},
	})
}

func TestDuplicates(t *testing.T) {
	tell(t, []story{
		{
			name: "seen before, and in part",
			steps: []step{
				in(1, 0, "abcdef", start), in(2, 0, "abcdef"), in(3, 4, "efgh", late), in(4, 2, "cd", start),
			},
			want:  []string{"in@1 #0 first 1000/0 abcdef", "in@3 #0 1000/0 gh"},
			ended: map[ledger.Reason]uint64{repeated: 1}, held: 1,
			check: func(t *testing.T, table *Table) {
				require.EqualValues(t, 2, table.Stats().DuplicateRecords)
				require.EqualValues(t, 6+2+2, table.Stats().DuplicateBytes)
			},
		},
		{
			name: "an overlap that reaches into what was not captured",
			steps: []step{
				in(1, 0, "abcd", start), in(2, 2, "cd", size(6)),
			},
			want: []string{"in@1 #0 first 1000/0 abcd", "gap in@2 4"},
			held: 1,
		},
		{
			name: "a message that begins in an overlap begins behind it",
			steps: []step{
				in(1, 0, "abcd", start), out(2, 0, "x", start, other(4, 1)), in(3, 2, "cdef", start, other(1, 2)),
			},
			want: []string{
				"in@1 #0 first 1000/0 abcd", "out@2 #0 first 5000/0 x", "in@3 #1 first 1004/0 ef",
			},
			ended: unknown(1), held: 2,
		},
		{
			name: "after the end",
			steps: []step{
				in(1, 0, "abcd", start), fin(event.Ingress, 2, 4), in(3, 4, "efgh", start),
			},
			want:  []string{"in@1 #0 first 1000/0 abcd", "end in@1 fin"},
			ended: map[ledger.Reason]uint64{repeated: 1, ledger.UnknownProtocol: 1},
		},
	})
}

func TestHoles(t *testing.T) {
	tell(t, []story{
		{
			name: "filled by a late segment",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), in(3, 6, "gh"), in(4, 2, "cd", late), in(5, 8, "ij"),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "in@4 #0 1000/0 cd", "in@4 #0 1000/0 ef", "in@4 #0 1000/0 gh",
				"in@5 #0 1000/0 ij",
			},
			held: 1,
			check: func(t *testing.T, table *Table) {
				s := table.Stats()
				require.EqualValues(t, 1, s.Holes)
				require.EqualValues(t, 1, s.Filled)
				require.Zero(t, s.GivenUp)
				require.Zero(t, s.HeldBytes)
			},
		},
		{
			name: "filled in pieces, backwards, with overlaps",
			steps: []step{
				in(1, 0, "ab", start), in(2, 8, "ij", hole), in(3, 5, "fghi", late), in(4, 2, "cdefg", late),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "in@4 #0 1000/0 cdefg", "in@4 #0 1000/0 hi", "in@4 #0 1000/0 j",
			},
			held: 1,
		},
		{
			name: "covered by a longer late segment",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), in(3, 2, "cdefgh", late),
			},
			want: []string{"in@1 #0 first 1000/0 ab", "in@3 #0 1000/0 cdefgh"},
			held: 1,
		},
		{
			name: "not filled yet, but in time",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), tick(202),
			},
			want: []string{"in@1 #0 first 1000/0 ab"},
			held: 1,
			check: func(t *testing.T, table *Table) {
				require.NotZero(t, table.Stats().HeldBytes)
			},
		},
		{
			name: "not filled in time: given up",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), tick(203), in(204, 2, "cd", late),
			},
			want: []string{"in@1 #0 first 1000/0 ab", "gap in@2 2", "in@2 #0 1000/0 ef"},
			held: 1,
			check: func(t *testing.T, table *Table) {
				s := table.Stats()
				require.EqualValues(t, 1, s.GivenUp)
				require.EqualValues(t, 2, s.LostBytes)
				require.EqualValues(t, 1, s.DuplicateRecords)
			},
		},
		{
			name: "acknowledged by the peer: the capture lost it",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), in(3, 8, "ij", hole),
				out(4, 0, "ok", start, ack(1005), other(10, 3)),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "gap in@2 2", "in@2 #0 1000/0 ef", "out@4 #0 first 5000/1005 ok",
			},
			held: 2,
		},
		{
			name: "acknowledged up to the hole: it waits",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), out(4, 0, "ok", start, ack(1002), other(6, 3)),
				in(5, 2, "cd", late, ack(5002)),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "out@4 #0 first 5000/1002 ok", "in@5 #0 1000/0 cd", "in@5 #0 1000/0 ef",
			},
			held: 2,
		},
		{
			name: "the hole is where a message begins",
			steps: []step{
				in(1, 0, "ab", start, ack(5000)), out(2, 0, "x", start, other(2, 1), ack(1002)),
				in(3, 6, "gh", hole, start, other(1, 2), ack(5001)),
				in(4, 2, "cd", late, other(1, 2), ack(5001)), in(5, 4, "ef", late, other(1, 2), ack(5001)),
			},
			want: []string{
				"in@1 #0 first 1000/5000 ab", "out@2 #0 first 5000/1002 x",
				"in@4 #1 first 1002/5001 cd", "in@5 #1 1002/5001 ef", "in@5 #1 1002/5001 gh",
			},
			ended: unknown(1), held: 2,
		},
		{
			name: "the same, filled backwards",
			steps: []step{
				in(1, 0, "ab", start), out(2, 0, "x", start, other(2, 1)), in(3, 6, "gh", hole, start, other(1, 2)),
				in(4, 4, "ef", late, other(1, 2)), in(5, 2, "cd", late, other(1, 2)),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "out@2 #0 first 5000/0 x",
				"in@5 #1 first 1002/0 cd", "in@5 #1 1002/0 ef", "in@5 #1 1002/0 gh",
			},
			ended: unknown(1), held: 2,
		},
		{
			name: "a late copy of what is held does not take its message",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), out(3, 0, "x", start, other(6, 2), ack(1002)),
				in(4, 8, "ij", hole, start, other(1, 3)), in(5, 4, "ef", late, other(1, 3)),
				in(6, 2, "cd", late, other(1, 3)), in(7, 6, "gh", late, other(1, 3)),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "out@3 #0 first 5000/1002 x", "in@6 #0 1000/0 cd", "in@6 #0 1000/0 ef",
				"in@7 #1 first 1006/0 gh", "in@7 #1 1006/0 ij",
			},
			ended: unknown(1), held: 2,
		},
		{
			name: "two holes, the second a record lost in the ring",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), in(3, 9, "jk"), in(4, 2, "cd", late), tick(300),
			},
			want: []string{
				"in@1 #0 first 1000/0 ab", "in@4 #0 1000/0 cd", "in@4 #0 1000/0 ef", "gap in@4 3", "in@4 #0 1000/0 jk",
			},
			held: 1,
		},
		{
			name: "a packet's records are written while the next one's comes from another CPU",
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef"), in(1, 2, "cd"),
			},
			want: []string{"in@1 #0 first 1000/0 ab", "in@1 #0 1000/0 cd", "in@2 #0 1000/0 ef"},
			held: 1,
		},
		{
			name:  "before the first segment",
			steps: []step{in(1, 2, "cd", hole, start), in(2, 0, "ab", late)},
			want:  []string{"in@2 #0 first 1000/0 ab", "in@2 #0 1000/0 cd"},
			held:  1,
		},
		{
			name:  "late, where the window had closed: nothing to wait for",
			steps: []step{in(1, 0, "ab", start, size(10)), in(2, 20, "x", late)},
			want:  []string{"in@1 #0 first 1000/0 ab", "gap in@1 8", "gap in@2 10", "in@2 #0 1000/0 x"},
			held:  1,
		},
		{
			name: "no room for one flow: the oldest hole goes first",
			cfg:  Config{MaxHeldFlow: 2 * (512 + pieceCost)},
			steps: []step{
				in(1, 0, "ab", start), in(2, 4, "ef", hole), in(3, 8, "ij", hole), in(4, 12, "mn", hole),
			},
			want: []string{"in@1 #0 first 1000/0 ab", "gap in@2 2", "in@2 #0 1000/0 ef"},
			held: 1,
		},
		{
			name:  "no room at all: given up at once",
			cfg:   Config{MaxHeld: 100},
			steps: []step{in(1, 0, "ab", start), in(2, 4, "ef", hole, start)},
			want:  []string{"in@1 #0 first 1000/0 ab", "gap in@2 2", "in@2 #1 first 1004/0 ef"},
			ended: unknown(1), held: 1,
			check: func(t *testing.T, table *Table) {
				require.EqualValues(t, 1, table.Stats().GivenUp)
				require.EqualValues(t, 2, table.Stats().LostBytes)
			},
		},
	})
}
