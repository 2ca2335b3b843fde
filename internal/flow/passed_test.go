package flow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// passed is a record of how far a socket has come, in d and the opposite direction.
func passed(d event.Dir, at, pos int64, options ...option) step {
	return control(event.Passed, d, at, pos, append([]option{lastAt(at)}, options...)...)
}

// From a record flagged Shed to the next payload whole exchanges are left out: the messages before are over.
func TestShed(t *testing.T) {
	tell(t, []story{
		{
			name: "and taken up again",
			steps: []step{
				in(1, 0, "hello", start), out(2, 0, "a", start, size(5000), other(5, 1)),
				passed(event.Ingress, 10, 5, other(9000, 8), lastAt(1), shed),
				in(50, 65, "again", start, cut, lastAt(40), other(9700, 45)), out(51, 9700, "b", start, cut, other(70, 50)),
			},
			want: []string{
				"in@1 #0 first 1000/0 hello", "out@2 #0 first 5000/0 a", "gap out@2 4999",
				"gap out@8 4000", "skip@1",
				"gap out@45 700", "gap in@40 60", "in@50 #1 first 1065/0 again", "out@51 #1 first 14700/0 b",
			},
			ended: unknown(2), held: 2,
			check: func(t *testing.T, table *Table) { require.Zero(t, table.Stats().LostBytes, "left out is not lost") },
		},
		{
			name: "until the end",
			steps: []step{
				in(1, 0, "hello", start), out(2, 0, "answer", start, other(5, 1)),
				passed(event.Ingress, 10, 5, other(6, 2), lastAt(1), shed),
				fin(event.Ingress, 20, 50, lastAt(19), other(60, 18)), closed(21, 50, lastAt(19), other(60, 18)),
			},
			want: []string{
				"in@1 #0 first 1000/0 hello", "out@2 #0 first 5000/0 answer", "skip@1",
				"gap out@18 54", "gap in@19 45", "end in@19 fin", "end out@18 gone", "gone 1",
			},
			ended: unknown(2),
		},
		{
			name:  "of a connection that nothing is known of",
			steps: []step{passed(event.Ingress, 10, 5, shed)},
			want:  []string{},
		},
		{
			name: "and the first record of what follows is lost",
			steps: []step{
				in(1, 0, "hello", start), out(2, 0, "answer", start, other(5, 1)),
				passed(event.Ingress, 10, 5, other(6, 2), lastAt(1), shed),
				out(51, 9700, "b", start, cut, other(70, 50)),
			},
			want: []string{
				"in@1 #0 first 1000/0 hello", "out@2 #0 first 5000/0 answer", "skip@1",
				"gap in@50 65", "gap out@51 9694", "out@51 #1 first 14700/0 b",
			},
			ended: unknown(2), held: 1,
		},
	})
}

// Totals are gaps of the exact sizes, at the times told.
func TestPassed(t *testing.T) {
	tell(t, []story{
		{
			name: "both directions, again and again, and the final counts",
			steps: []step{
				in(1, 0, "hello", start), out(2, 0, "hello", start, other(5, 1)),
				passed(event.Egress, 11_000, 905, other(105, 10_500)),
				passed(event.Ingress, 22_000, 105, other(2905, 21_000), lastAt(10_500)),
				passed(event.Ingress, 33_000, 305, other(2905, 21_000)),
				fin(event.Egress, 34_000, 3000, lastAt(33_500), other(305, 33_000)),
				closed(34_500, 306, lastAt(34_100), other(3000, 33_500)),
			},
			want: []string{
				"in@1 #0 first 1000/0 hello", "out@2 #0 first 5000/0 hello",
				"gap in@10500 100", "gap out@11000 900",
				"gap out@21000 2000",
				"gap in@33000 200",
				"gap out@33500 95", "end out@33500 fin",
				"gap in@34100 1", "end in@34100 gone", "gone 1",
			},
			ended: unknown(2),
		},
		{
			name: "nothing new",
			steps: []step{
				in(1, 0, "hello", start), passed(event.Ingress, 11_000, 5, lastAt(1)), passed(event.Ingress, 12_000, 3),
			},
			want: []string{"in@1 #0 first 1000/0 hello"},
			held: 1,
		},
		{
			name: "activity as any: the flow does not expire",
			steps: []step{
				in(1, 0, "a", start), passed(event.Ingress, 500_000, 2), tick(900_000), passed(event.Ingress, 1_000_000, 3),
				tick(1_500_000), tick(1_602_000),
			},
			want: []string{
				"in@1 #0 first 1000/0 a", "gap in@500000 1", "gap in@1000000 1",
				"end in@1000000 idle", "end out@0 idle", "gone 1",
			},
			ended: unknown(1),
		},
		{
			name: "what waits behind a hole comes first",
			steps: []step{
				in(1, 0, "a", start), in(2, 5, "f", hole), passed(event.Ingress, 3, 10),
			},
			want: []string{"in@1 #0 first 1000/0 a", "gap in@2 4", "in@2 #0 1000/0 f", "gap in@3 4"},
			held: 1,
			check: func(t *testing.T, table *Table) {
				require.Equal(t, uint64(4), table.Stats().LostBytes, "what was left out is not lost")
			},
		},
		{
			name:  "of a connection that nothing is known of",
			steps: []step{passed(event.Ingress, 1, 10)},
			want:  []string{},
		},
		{
			name: "payload again, later",
			steps: []step{
				in(1, 0, "a", start), passed(event.Ingress, 2, 10), in(3, 20, "more", start, cut, lastAt(2)),
			},
			want: []string{"in@1 #0 first 1000/0 a", "gap in@2 9", "gap in@2 10", "in@3 #1 first 1020/0 more"},
			held: 1, ended: unknown(1),
			check: func(t *testing.T, table *Table) { require.Zero(t, table.Stats().LostBytes) },
		},
		{
			name: "after the end",
			steps: []step{
				in(1, 0, "a", start), fin(event.Ingress, 2, 1, lastAt(1)), passed(event.Ingress, 3, 10, other(7, 3)),
			},
			want:  []string{"in@1 #0 first 1000/0 a", "end in@1 fin", "gap out@3 7"},
			ended: unknown(1),
		},
	})
}

// A UDP socket counts for all its peers.
func TestPassedDatagrams(t *testing.T) {
	tell(t, []story{
		{
			name: "of one peer",
			steps: []step{
				out(1, 0, "hi", udp, start, other(100, 0)), in(2, 100, "ho", udp, start),
				passed(event.Egress, 11_000, 52, udp, other(202, 10_000)), passed(event.Egress, 22_000, 53, udp, other(202, 10_000)),
				tick(45_000),
			},
			want: []string{
				"out@1 #0 first 5000/0 hi", "in@2 #0 first 1100/0 ho",
				"gap in@10000 100", "gap out@11000 50", "gap out@22000 1",
			},
			held: 2,
		},
		{
			name: "only one direction has shown itself",
			steps: []step{
				out(1, 0, "hi", udp, start, other(100, 0)), passed(event.Egress, 11_000, 2, udp, other(150, 10_000)),
			},
			want: []string{"out@1 #0 first 5000/0 hi", "gap in@10000 50"},
			held: 1,
		},
		{
			name: "of two: whose bytes they were is not known, nor who is alive",
			steps: []step{
				out(1, 0, "hi", udp, start), out(2, 2, "hi", udp, start, to(53)), passed(event.Egress, 11_000, 52, udp), tick(33_000),
			},
			want: []string{
				"out@1 #0 first 5000/0 hi", "out@2 #0 first 5002/0 hi",
				"end in@0 idle", "end out@2 idle", "gone 1", "end in@0 idle", "end out@1 idle", "gone 1",
			},
			ended: unknown(2),
		},
		{
			name:  "of nobody",
			steps: []step{passed(event.Egress, 1, 52, udp)},
			want:  []string{},
		},
	})
}

// One packet may come as several records: the ranges of it that were copied.
func TestRanges(t *testing.T) {
	tell(t, []story{
		{
			name: "in one packet",
			steps: []step{
				out(1, 0, "head1", start, size(100)), out(1, 100, "head2", cut, size(50)), out(1, 150, "head3", cut),
			},
			want: []string{
				"out@1 #0 first 5000/0 head1", "gap out@1 95", "out@1 #0 5000/0 head2", "gap out@1 45", "out@1 #0 5000/0 head3",
			},
			held: 1,
		},
		{
			name: "a packet without any between two: its bytes passed when it did, at the latest",
			steps: []step{
				out(1, 0, "head1", start, size(100)), out(3, 300, "head2", cut, lastAt(2), size(50)), out(4, 399, "!", cut, lastAt(3)),
			},
			want: []string{
				"out@1 #0 first 5000/0 head1", "gap out@1 95", "gap out@2 200",
				"out@3 #0 5000/0 head2", "gap out@3 45", "gap out@3 49", "out@4 #0 5000/0 !",
			},
			held: 1,
			check: func(t *testing.T, table *Table) {
				require.Zero(t, table.Stats().LostBytes)
				require.Zero(t, table.Stats().Holes)
			},
		},
		{
			name: "behind a hole",
			steps: []step{
				out(1, 0, "a", start), out(2, 5, "head1", hole, size(20)), out(2, 25, "head2", cut, size(30)),
				out(3, 1, "bcde", late), out(4, 80, "head3", cut, lastAt(3)),
			},
			want: []string{
				"out@1 #0 first 5000/0 a", "out@3 #0 5000/0 bcde", "out@3 #0 5000/0 head1", "gap out@3 15",
				"out@3 #0 5000/0 head2", "gap out@3 25", "gap out@3 25", "out@4 #0 5000/0 head3",
			},
			held: 1,
		},
		{
			name: "the other direction's account of them",
			steps: []step{
				out(1, 0, "head1", start, size(100)), in(3, 0, "ack", start, other(300, 2)), out(4, 400, "head2", cut, lastAt(3)),
			},
			want: []string{
				"out@1 #0 first 5000/0 head1", "gap out@1 95", "gap out@2 200", "in@3 #0 first 1000/0 ack",
				"gap out@3 100", "out@4 #1 first unaccounted 5400/0 head2",
			},
			held: 1, ended: unknown(1),
		},
	})
}
