//go:build amd64 || arm64

package event

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/tap"
)

func raw(t testing.TB, v any, payload string) []byte {
	t.Helper()
	b, err := binary.Append(nil, binary.NativeEndian, v)
	require.NoError(t, err)
	return append(b, payload...)
}

func TestDecodeData(t *testing.T) {
	rec := tap.Record{
		Kind: 1, Dir: 1, Transport: 6, Role: 2, Flags: uint16(MsgStart | GapBefore), Family: 4,
		Cookie: 7, Time: 100, Local: [16]byte{10, 0, 0, 1}, Remote: [16]byte{10, 0, 0, 2},
		LocalPort: 80, RemotePort: 5000, Seq: 1, Ack: 2, Len: 9, Cap: 4, Tgid: 42,
		Pos: 11, OtherPos: 12, OtherTime: 13, LastTime: 14, Cgroup: 15, Thread: 16, Goroutine: 17,
		ReadTime: 18, GoroutineParent: 19, ConnectUs: 20, Lost: 23, Netns: 21, Note: 22,
	}
	var got Event
	require.NoError(t, Decode(raw(t, rec, "GET garbage behind the capture"), &got))
	require.Equal(t, Event{
		Kind: Data, Dir: Egress, Transport: TCP, Role: RoleServer, Flags: MsgStart | GapBefore,
		Cookie: 7, Time: 100,
		Local: netip.MustParseAddrPort("10.0.0.1:80"), Remote: netip.MustParseAddrPort("10.0.0.2:5000"),
		Seq: 1, Ack: 2, Pos: 11, Len: 9, Payload: []byte("GET "),
		OtherPos: 12, OtherTime: 13, LastTime: 14,
		Process:  Process{PID: 42, Cgroup: 15, NetNS: 21},
		Thread:   Thread{ID: 16, Goroutine: 17, GoroutineParent: 19},
		ReadTime: 18, ConnectTime: 20_000, Again: 22, Lost: 23,
	}, got)
	require.Equal(t, 4, cap(got.Payload), "what lies behind the capture must be out of reach")
}

func TestDecodeOwner(t *testing.T) {
	own := tap.OwnerRecord{
		Rec:   tap.Record{Kind: 3, Transport: 17, Family: 6, Local: netip.MustParseAddr("::ffff:192.0.2.1").As16(), LocalPort: 53, Tgid: 9},
		Start: 77, Home: 78, Comm: [16]uint8{'n', 'g', 'i', 'n', 'x', 0, 'x'}, Tid: 10,
	}
	var got Event
	require.NoError(t, Decode(raw(t, own, ""), &got))
	require.Equal(t, Owner, got.Kind)
	require.Equal(t, Process{PID: 9, TID: 10, Start: 77, Home: 78, Comm: "nginx"}, got.Process)
	require.Equal(t, netip.MustParseAddrPort("192.0.2.1:53"), got.Local, "mapped addresses are shown as what they are")
}

func TestDecodeRead(t *testing.T) {
	rec := tap.ReadRecord{
		Kind: 6, Transport: 6, Role: 2, Flags: uint16(Blocking), Cookie: 7, Time: 100,
		Thread: 5<<32 | 9, Goroutine: 11, GoroutineParent: 12, Tgid: 4, Lost: 13,
	}
	var got Event
	require.NoError(t, Decode(raw(t, rec, ""), &got))
	require.Equal(t, Event{
		Kind: Read, Transport: TCP, Role: RoleServer, Flags: Blocking, Cookie: 7, Time: 100,
		Process: Process{PID: 4}, Lost: 13, Thread: Thread{ID: 5<<32 | 9, Goroutine: 11, GoroutineParent: 12},
	}, got)
	require.EqualValues(t, 5, got.Thread.TID())
	rec.Role = 3
	require.ErrorIs(t, Decode(raw(t, rec, ""), &got), ErrMalformed)
}

func TestDecodePassed(t *testing.T) {
	rec := tap.Record{
		Kind: 7, Dir: 1, Transport: 6, Role: 1, Family: 4, Cookie: 7, Time: 100, Seq: 3, Ack: 4,
		Local: [16]byte{10, 0, 0, 1}, Remote: [16]byte{10, 0, 0, 2}, LocalPort: 5000, RemotePort: 443,
		Pos: 1 << 40, OtherPos: 2 << 40, OtherTime: 90, LastTime: 100, Tgid: 42, Cgroup: 15, Note: 2,
	}
	var got Event
	require.NoError(t, Decode(raw(t, rec, ""), &got))
	require.Equal(t, Event{
		Kind: Passed, Dir: Egress, Transport: TCP, Role: RoleClient, Cookie: 7, Time: 100, Seq: 3, Ack: 4,
		Local: netip.MustParseAddrPort("10.0.0.1:5000"), Remote: netip.MustParseAddrPort("10.0.0.2:443"),
		Pos: 1 << 40, OtherPos: 2 << 40, OtherTime: 90, LastTime: 100,
		Process: Process{PID: 42, Cgroup: 15}, Again: 2,
	}, got)
	require.ErrorIs(t, Decode(raw(t, rec, "")[:recordSize-1], &got), ErrMalformed)
}

func TestDecodeRefuses(t *testing.T) {
	ok := tap.Record{Kind: 1, Transport: 6, Family: 4, Len: 4, Cap: 4}
	for name, change := range map[string]func(r *tap.Record){
		"kind zero":             func(r *tap.Record) { r.Kind = 0 },
		"kind unknown":          func(r *tap.Record) { r.Kind = 8 },
		"totals with payload":   func(r *tap.Record) { r.Kind = 7 },
		"direction":             func(r *tap.Record) { r.Dir = 2 },
		"role":                  func(r *tap.Record) { r.Role = 3 },
		"more captured than is": func(r *tap.Record) { r.Cap = 5 },
		"more than a record":    func(r *tap.Record) { r.Cap, r.Len = 16385, 20000 },
		"capture beyond record": func(r *tap.Record) { r.Cap, r.Len = 40, 40 },
		"owner too short":       func(r *tap.Record) { r.Kind = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			rec := ok
			change(&rec)
			var ev Event
			require.ErrorIs(t, Decode(raw(t, rec, "1234"), &ev), ErrMalformed)
		})
	}
	var ev Event
	require.ErrorIs(t, Decode(nil, &ev), ErrMalformed)
	require.ErrorIs(t, Decode(make([]byte, recordSize-1), &ev), ErrMalformed)
}

// FuzzDecode: no panic, and the payload is that of the record and nothing behind it.
func FuzzDecode(f *testing.F) {
	f.Add(raw(f, tap.Record{Kind: 1, Transport: 6, Family: 4, Len: 4, Cap: 4}, "GET "))
	f.Add(raw(f, tap.Record{Kind: 7, Transport: 6, Family: 4, Pos: 9}, ""))
	f.Add(raw(f, tap.OwnerRecord{Rec: tap.Record{Kind: 3, Family: 6}, Comm: [16]uint8{'a'}}, ""))
	f.Add(raw(f, tap.ReadRecord{Kind: 6, Transport: 6, Role: 1}, ""))
	f.Fuzz(func(t *testing.T, b []byte) {
		var ev Event
		if Decode(b, &ev) != nil {
			return
		}
		require.True(t, ev.Local.Addr().IsValid() == (ev.Kind != Read), "a record without its addresses")
		if ev.Kind != Data {
			require.Empty(t, ev.Payload)
			return
		}
		require.LessOrEqual(t, len(ev.Payload), int(ev.Len))
		require.LessOrEqual(t, recordSize+len(ev.Payload), len(b))
		require.Equal(t, len(ev.Payload), cap(ev.Payload))
		require.True(t, bytes.Equal(ev.Payload, b[recordSize:recordSize+len(ev.Payload)]))
	})
}

func BenchmarkDecode(b *testing.B) {
	rec := raw(b, tap.Record{Kind: 1, Transport: 6, Family: 4, Len: 96, Cap: 96}, string(make([]byte, 96)))
	var ev Event
	b.ReportAllocs()
	for b.Loop() {
		if err := Decode(rec, &ev); err != nil {
			b.Fatal(err)
		}
	}
}
