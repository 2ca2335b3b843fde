//go:build amd64 || arm64

package replay

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

const (
	in  = event.Ingress
	out = event.Egress

	start = event.MsgStart
	gap   = event.GapBefore
	late  = event.Late
)

// shake is a handshake with initial sequence numbers 999 and 4999.
func shake(segs ...seg) []seg {
	return append([]seg{
		{up: true, flags: "S", seq: 999},
		{flags: "SA", seq: 4999, ack: 1000},
		{up: true, flags: "A", seq: 1000, ack: 5000},
	}, segs...)
}

func TestTCP(t *testing.T) {
	up := func(seq uint32, data string) seg { return seg{up: true, flags: "A", seq: seq, ack: 5000, data: data} }
	down := func(seq uint32, data string) seg { return seg{flags: "A", seq: seq, ack: 1000, data: data} }
	data := func(d event.Dir, f event.Flags, pos int64, s string) brief {
		return brief{event.Data, d, f, pos, len(s), s}
	}
	end := func(d event.Dir, pos int64) brief { return brief{kind: event.End, dir: d, pos: pos} }
	cases := []struct {
		name string
		segs []seg
		want []brief
		skip map[Reason]uint64
	}{
		{
			name: "request and response, closed in order",
			segs: shake(up(1000, "GET"), down(5000, "200"), down(5003, "OK"),
				seg{up: true, flags: "FA", seq: 1003, ack: 5005}, seg{flags: "FA", seq: 5005, ack: 1004},
				seg{up: true, flags: "A", seq: 1004, ack: 5006}),
			want: []brief{
				data(in, start, 0, "GET"), data(out, start, 0, "200"), data(out, 0, 3, "OK"),
				end(in, 3), end(out, 5), {kind: event.Close, dir: in, pos: 3},
			},
		},
		{
			name: "FIN with data",
			segs: shake(seg{up: true, flags: "FA", seq: 1000, ack: 5000, data: "GET"}),
			want: []brief{data(in, start, 0, "GET"), end(in, 3)},
		},
		{
			name: "data in the SYN",
			segs: []seg{{up: true, flags: "S", seq: 999, data: "GET"}, {flags: "SA", seq: 4999, ack: 1003}, down(5000, "200")},
			want: []brief{data(in, start, 0, "GET"), data(out, start, 0, "200")},
		},
		{
			name: "retransmission",
			segs: shake(up(1000, "GET"), up(1000, "GET"), up(1001, "E"), up(1003, "/")),
			want: []brief{data(in, start, 0, "GET"), data(in, 0, 3, "/")},
			skip: map[Reason]uint64{Retransmit: 2},
		},
		{
			name: "retransmission with something new behind it",
			segs: shake(up(1000, "abc"), up(1001, "bcde")),
			want: []brief{data(in, start, 0, "abc"), data(in, 0, 3, "de")},
		},
		{
			name: "out of order",
			segs: shake(up(1000, "ab"), up(1004, "ef"), up(1002, "cd"), up(1006, "gh")),
			want: []brief{data(in, start, 0, "ab"), data(in, gap, 4, "ef"), data(in, late, 2, "cd"), data(in, 0, 6, "gh")},
		},
		{
			name: "out of order at the start",
			segs: shake(up(1002, "cd"), up(1000, "ab")),
			want: []brief{data(in, start|gap, 2, "cd"), data(in, late, 0, "ab")},
		},
		{
			name: "late and overlapping what was seen",
			segs: shake(up(1000, "ab"), up(1004, "ef"), up(1001, "bcde"), up(1000, "abcdef")),
			want: []brief{data(in, start, 0, "ab"), data(in, gap, 4, "ef"), data(in, late, 2, "cde")},
			skip: map[Reason]uint64{Retransmit: 1},
		},
		{
			name: "late, and reaching beyond the end",
			segs: shake(up(1000, "ab"), up(1004, "ef"), up(1002, "cdefgh"), up(1008, "i")),
			want: []brief{data(in, start, 0, "ab"), data(in, gap, 4, "ef"), data(in, late, 2, "cdefgh"), data(in, 0, 8, "i")},
		},
		{
			name: "a late segment does not turn the direction",
			segs: shake(up(1000, "ab"), up(1004, "ef"), down(5000, "200"), up(1002, "cd"), down(5003, "OK")),
			want: []brief{
				data(in, start, 0, "ab"), data(in, gap, 4, "ef"), data(out, start, 0, "200"),
				data(in, late, 2, "cd"), data(out, 0, 3, "OK"),
			},
		},
		{
			name: "sequence numbers wrap",
			segs: []seg{
				{up: true, flags: "S", seq: 0xfffffffe}, {flags: "SA", seq: 4999, ack: 0xffffffff},
				up(0xffffffff, "abc"), up(2, "def"), up(0xffffffff, "abc"), up(5, "g"),
			},
			want: []brief{data(in, start, 0, "abc"), data(in, 0, 3, "def"), data(in, 0, 6, "g")},
			skip: map[Reason]uint64{Retransmit: 1},
		},
		{
			name: "no handshake: the first payload goes to the server",
			segs: []seg{up(1000, "GET"), down(5000, "200"), up(990, "0123456789"), up(1003, "/")},
			want: []brief{
				data(in, start, 0, "GET"), data(out, start, 0, "200"), data(in, late, -10, "0123456789"), data(in, start, 3, "/"),
			},
		},
		{
			name: "keep-alive probes",
			segs: shake(up(1000, "GET"), up(1002, ""), up(1002, "\x00"), up(1003, "/")),
			want: []brief{data(in, start, 0, "GET"), data(in, 0, 3, "/")},
			skip: map[Reason]uint64{Retransmit: 1},
		},
		{
			name: "keep-alive probes in the middle of a capture",
			segs: []seg{
				{flags: "A", seq: 5000, ack: 1000, data: "x"}, {up: true, flags: "A", seq: 999, ack: 5001, data: "\x00"},
				{up: true, flags: "A", seq: 1000, ack: 5001, data: "GET"}, {up: true, flags: "A", seq: 999, ack: 5001, data: "\x00"},
			},
			want: []brief{{event.Data, in, start, 0, 1, "x"}, data(out, start, 0, "GET")},
			skip: map[Reason]uint64{Retransmit: 2},
		},
		{
			name: "FIN ahead of its data waits",
			segs: shake(up(1000, "ab"), seg{up: true, flags: "FA", seq: 1004, ack: 5000}, up(1002, "cd")),
			want: []brief{data(in, start, 0, "ab"), data(in, 0, 2, "cd"), end(in, 4)},
		},
		{
			name: "FIN whose data the capture has not, acknowledged",
			segs: shake(up(1000, "ab"), seg{up: true, flags: "FA", seq: 1004, ack: 5000}, seg{flags: "A", seq: 5000, ack: 1005}),
			want: []brief{data(in, start, 0, "ab"), end(in, 4)},
		},
		{
			name: "FIN whose data never came, at the end of the file",
			segs: shake(up(1000, "ab"), seg{up: true, flags: "FA", seq: 1004, ack: 5000}),
			want: []brief{data(in, start, 0, "ab"), end(in, 4)},
		},
		{
			name: "nothing comes after a FIN",
			segs: shake(seg{up: true, flags: "FA", seq: 1000, ack: 5000, data: "ab"}, up(1002, "junk"), up(1001, "bjunk")),
			want: []brief{data(in, start, 0, "ab"), end(in, 2)},
			skip: map[Reason]uint64{AfterClose: 2},
		},
		{
			name: "reset",
			segs: shake(up(1000, "ab"), seg{flags: "RA", seq: 5000, ack: 1002}, up(1002, "cd"), up(1000, "ab"), seg{up: true, flags: "R", seq: 1004}),
			want: []brief{
				data(in, start, 0, "ab"),
				{kind: event.End, dir: out, flags: event.Reset}, {kind: event.End, dir: in, flags: event.Reset, pos: 2},
				{kind: event.Close, dir: in, pos: 2},
			},
			skip: map[Reason]uint64{AfterClose: 1, Retransmit: 1},
		},
		{
			name: "reset after one FIN",
			segs: shake(up(1000, "ab"), seg{up: true, flags: "FA", seq: 1002, ack: 5000}, seg{flags: "R", seq: 5000}),
			want: []brief{
				data(in, start, 0, "ab"), end(in, 2),
				{kind: event.End, dir: out, flags: event.Reset}, {kind: event.Close, dir: in, pos: 2},
			},
		},
		{
			name: "reset out of window",
			segs: shake(up(1000, "ab"), seg{flags: "R", seq: 1 << 30}, up(1002, "cd")),
			want: []brief{data(in, start, 0, "ab"), data(in, 0, 2, "cd")},
		},
		{
			name: "segment out of window",
			segs: shake(up(1000, "ab"), up(1<<30, "junk"), up(1002, "cd")),
			want: []brief{data(in, start, 0, "ab"), data(in, 0, 2, "cd")},
			skip: map[Reason]uint64{OutOfWindow: 1},
		},
		{
			name: "a large loss, confirmed by the next segment",
			segs: shake(up(1000, "ab"), up(1<<22, "xx"), up(1<<22+2, "cd")),
			want: []brief{data(in, start, 0, "ab"), data(in, gap, 1<<22+2-1000, "cd")},
			skip: map[Reason]uint64{OutOfWindow: 1},
		},
		{
			name: "a large loss, confirmed by the other side",
			segs: shake(up(1000, "ab"), seg{flags: "A", seq: 5000, ack: 1 << 22}, up(1<<22, "cd")),
			want: []brief{data(in, start, 0, "ab"), data(in, gap, 1<<22-1000, "cd")},
		},
		{
			name: "nothing but a handshake",
			segs: shake(seg{up: true, flags: "FA", seq: 1000, ack: 5000}, seg{flags: "FA", seq: 5000, ack: 1001}),
		},
		{
			name: "nothing but a refusal",
			segs: []seg{{up: true, flags: "S", seq: 999}, {flags: "RA", seq: 0, ack: 1000}, {flags: "R", seq: 7}},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			recs, s := readAll(t, talk(t, c.segs...), Options{})
			require.Equal(t, c.want, briefs(recs))
			var want [Reasons]uint64
			for r, n := range c.skip {
				want[r] = n
			}
			require.Equal(t, want, s.Skipped)
			require.EqualValues(t, 1, s.Connections)
		})
	}
}

// TestHeader looks at every field of a record.
func TestHeader(t *testing.T) {
	recs, s := readAll(t, talk(t, shake(
		seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "GET"},
		seg{flags: "A", seq: 5000, ack: 1003, data: "200 OK"},
		seg{flags: "FA", seq: 5006, ack: 1003},
		seg{up: true, flags: "FA", seq: 1003, ack: 5007},
	)...), Options{})
	require.Len(t, recs, 5)
	at := func(packet int) uint64 { return uint64(epoch.Add(time.Duration(packet) * time.Millisecond).UnixNano()) }
	want := recs[0].Record
	want.Kind, want.Dir, want.Transport, want.Role, want.Flags, want.Family = 1, 0, 6, 2, 1, 4
	want.Cookie, want.Time = 1, at(3)
	want.Local, want.LocalPort = [16]byte{10, 0, 0, 2}, serverPort
	want.Remote, want.RemotePort = [16]byte{10, 0, 0, 1}, clientPort
	want.Seq, want.Ack, want.Len, want.Cap = 1000, 5000, 3, 3
	require.Equal(t, want, recs[0].Record)
	want.Dir, want.Time, want.Seq, want.Ack, want.Len, want.Cap = 1, at(4), 5000, 1003, 6, 6
	want.OtherPos, want.OtherTime = 3, at(3)
	require.Equal(t, want, recs[1].Record)
	want.Kind, want.Flags, want.Time, want.Seq, want.Len, want.Cap = 2, 0, at(5), 5006, 0, 0
	want.Pos, want.LastTime = 6, at(4)
	require.Equal(t, want, recs[2].Record)
	want.Dir, want.Time, want.Seq, want.Ack = 0, at(6), 1003, 5007
	want.Pos, want.LastTime, want.OtherPos, want.OtherTime = 3, at(3), 6, at(4)
	require.Equal(t, want, recs[3].Record)
	want.Kind, want.Seq, want.Ack = 5, 0, 0
	require.Equal(t, want, recs[4].Record)
	require.Equal(t, Stats{Packets: 7, Used: 2, Empty: 5, Bytes: 9, Records: 5, Messages: 2, Connections: 1}, s)
}

// TestRole: who is the server comes from the handshake, from whichever part of
// it was seen, and stays open otherwise.
func TestRole(t *testing.T) {
	get := seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "GET"}
	ok := seg{flags: "A", seq: 5000, ack: 1000, data: "200"}
	syn, synack := seg{up: true, flags: "S", seq: 999}, seg{flags: "SA", seq: 4999, ack: 1000}
	cases := []struct {
		name string
		segs []seg
		port uint16
		role event.Role
	}{
		{"SYN", []seg{syn, get}, serverPort, event.RoleServer},
		{"SYN, server speaks first", []seg{syn, ok}, serverPort, event.RoleServer},
		{"SYN-ACK", []seg{synack, get}, serverPort, event.RoleServer},
		{"SYN-ACK, server speaks first", []seg{synack, ok}, serverPort, event.RoleServer},
		{"SYN after SYN-ACK", []seg{synack, syn, ok}, serverPort, event.RoleServer},
		{"none, client speaks first", []seg{get}, serverPort, event.RoleUnknown},
		{"none, server speaks first", []seg{ok}, clientPort, event.RoleUnknown},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			recs, s := readAll(t, talk(t, c.segs...), Options{})
			require.Len(t, recs, 1)
			require.Equal(t, c.port, recs[0].LocalPort)
			require.Equal(t, uint8(c.role), recs[0].Role)
			require.EqualValues(t, 1, s.Connections)
		})
	}
	t.Run("handshake after data", func(t *testing.T) {
		recs, _ := readAll(t, talk(t, get, syn, ok), Options{})
		require.Len(t, recs, 2)
		require.Equal(t, uint8(event.RoleUnknown), recs[0].Role)
		require.Equal(t, uint8(event.RoleServer), recs[1].Role)
		recs, _ = readAll(t, talk(t, ok, synack, syn, get), Options{})
		require.Len(t, recs, 2)
		require.Equal(t, uint8(event.RoleClient), recs[1].Role, "the end that records speak for stays")
		require.EqualValues(t, clientPort, recs[1].LocalPort)
	})
}

// TestRenewed: the same addresses, another connection.
func TestRenewed(t *testing.T) {
	old := shake(seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "old"})
	fins := []seg{{up: true, flags: "FA", seq: 1003, ack: 5000}, {flags: "FA", seq: 5000, ack: 1004}}
	again := []seg{
		{up: true, flags: "S", seq: 70999}, {flags: "SA", seq: 90999, ack: 71000},
		{up: true, flags: "A", seq: 71000, ack: 91000, data: "new"},
	}
	join := func(parts ...[]seg) (all []seg) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	// two is what a second connection looks like, one what the first only does.
	check := func(t *testing.T, connections uint64, segs []seg) {
		t.Helper()
		recs, s := readAll(t, talk(t, segs...), Options{})
		require.Equal(t, connections, s.Connections)
		last := recs[len(recs)-1]
		require.Equal(t, connections, last.Cookie)
		if connections == 2 {
			require.Equal(t, "new", last.payload)
			require.Zero(t, last.Pos)
			require.EqualValues(t, event.Close, recs[len(recs)-2].Kind, "the old one is over before the new one speaks")
		}
	}
	t.Run("after close", func(t *testing.T) { check(t, 2, join(old, fins, again)) })
	t.Run("without close", func(t *testing.T) { check(t, 2, join(old, again)) })
	t.Run("SYN-ACK only", func(t *testing.T) { check(t, 2, join(old, fins, again[1:])) })
	t.Run("SYN-ACK only, without close", func(t *testing.T) { check(t, 2, join(old, again[1:])) })
	t.Run("after a reset", func(t *testing.T) {
		check(t, 2, join(old, []seg{{up: true, flags: "R", seq: 1003}}, again))
	})
	t.Run("payload long after close", func(t *testing.T) {
		late := seg{up: true, flags: "A", seq: 71000, ack: 91000, data: "new", after: 2 * time.Minute}
		check(t, 2, join(old, fins, []seg{late}))
	})
	t.Run("no handshake, sequence far behind", func(t *testing.T) {
		check(t, 2, join(
			[]seg{{up: true, flags: "A", seq: 1 << 30, ack: 5000, data: "old"}},
			[]seg{{flags: "A", seq: 5000, ack: 1000}, {up: true, flags: "A", seq: 1000, ack: 5000, data: "new"}}))
	})
	t.Run("SYN from the side that was silent", func(t *testing.T) {
		check(t, 2, join([]seg{{flags: "A", seq: 5000, ack: 1000, data: "old"}},
			[]seg{{up: true, flags: "S", seq: 70999}, {up: true, flags: "A", seq: 71000, ack: 91000, data: "new"}}))
	})
	t.Run("SYN sent again", func(t *testing.T) {
		check(t, 1, join(old[:1], old[:1], old[1:2], old[1:], []seg{{up: true, flags: "S", seq: 999}, {up: true, flags: "A", seq: 1003, ack: 5000, data: "x"}}))
	})
	t.Run("blind SYN in the window", func(t *testing.T) {
		check(t, 1, join(old, []seg{{up: true, flags: "S", seq: 3000}, {up: true, flags: "A", seq: 1003, ack: 5000, data: "x"}}))
	})
	t.Run("SYN of a stream already under way", func(t *testing.T) {
		check(t, 1, join(old[3:], old[:1], []seg{{up: true, flags: "A", seq: 1003, ack: 5000, data: "x"}}))
	})
}

// TestSplit: a segment longer than a record.
func TestSplit(t *testing.T) {
	body := strings.Repeat("0123456789", 10)
	file := talk(t, shake(
		seg{up: true, flags: "A", seq: 1001, ack: 5000, data: body},
		seg{up: true, flags: "A", seq: 1000, ack: 5000, data: "x" + body + body},
	)...)
	recs, s := readAll(t, file, Options{MaxPayload: 40})
	require.Equal(t, []brief{
		{event.Data, in, start | gap, 1, 40, body[:40]},
		{event.Data, in, 0, 41, 40, body[40:80]},
		{event.Data, in, 0, 81, 20, body[80:]},
		{event.Data, in, late, 0, 40, "x" + body[:39]},
		{event.Data, in, late, 40, 40, body[39:79]},
		{event.Data, in, late, 80, 40, body[79:] + body[:19]},
		{event.Data, in, 0, 120, 40, body[19:59]},
		{event.Data, in, 0, 160, 40, body[59:99]},
		{event.Data, in, 0, 200, 1, body[99:]},
	}, briefs(recs))
	for i, seq := range []uint32{1001, 1041, 1081, 1000, 1040, 1080, 1120, 1160, 1200} {
		require.Equal(t, seq, recs[i].Seq)
	}
	require.EqualValues(t, 2, s.Used)
	require.EqualValues(t, 301, s.Bytes)
}
