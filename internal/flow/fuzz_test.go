package flow

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// cramped is a configuration in which every cap is soon reached.
var cramped = Config{
	MaxFlows: 5, IdleTimeout: 5 * time.Second, UDPIdleTimeout: 3 * time.Second, ReorderWait: 50 * time.Millisecond,
	MaxHeldFlow: 3000, MaxHeld: 8000, MaxEarly: 4, MaxEarlyBytes: 3000, EarlyAge: time.Second,
}

// eventSize is how many bytes of fuzz input make one event.
const eventSize = 12

// chaos decodes an event from any bytes: mostly near what the tap would say,
// sometimes far from it.
func chaos(b []byte, now int64) event.Event {
	ev := event.Event{
		Kind: event.Kind(1 + b[0]%5), Dir: event.Dir(b[0] >> 7), Transport: event.TCP, Role: event.Role(b[0] >> 5 & 3),
		Flags: event.Flags(b[1]) & 0x3f, Cookie: uint64(b[2] % 8), Time: now, Local: local, Remote: remote,
		Pos: int64(int8(b[3])), Len: uint32(b[4] % 32), OtherPos: int64(b[5]), Ack: uint32(b[7]), Seq: 1000 + uint32(int8(b[8])),
	}
	if b[0]&0x1f == 1 {
		ev.Kind = event.Passed
	} else if b[0]&0x10 != 0 {
		ev.Kind = event.Data
	}
	if b[2]&0x80 != 0 {
		ev.Transport = event.UDP
	}
	if b[1]&0x80 != 0 {
		ev.Pos, ev.Seq = int64(binary.LittleEndian.Uint64(b[3:])), binary.LittleEndian.Uint32(b[7:])
	}
	if b[6]&1 != 0 {
		ev.OtherTime = now - int64(b[6])
	}
	if b[6]&2 != 0 {
		ev.LastTime = now - int64(b[6])*ms
	}
	ev.Remote = remoteOf(b[9] % 4)
	ev.Process.PID = uint32(b[9] >> 4)
	ev.Payload = b[:min(int(ev.Len), int(b[10]%16), len(b))]
	return ev
}

// run feeds events made of data to a cramped table, and audits what comes of it.
func runChaos(t testing.TB, data []byte) {
	var book ledger.Ledger
	var messages uint64
	a := newAuditor(t)
	a.ignore = func(n int) bool { return n%23 == 22 }
	table := New(cramped, &book, a)
	now := int64(time.Hour)
	for ; len(data) >= eventSize; data = data[eventSize:] {
		b := data[:eventSize]
		now += int64(b[11]) * ms
		if b[11] > 250 {
			now += int64(10 * time.Second)
		}
		ev := chaos(b, now)
		if ev.Kind == event.Data && ev.Flags&event.MsgStart != 0 {
			messages++
		}
		table.Handle(&ev)
		if b[11]%4 == 0 {
			table.Tick(now)
		}
		if f := table.tcp[ev.Cookie]; f != nil && b[10] > 200 {
			table.Progress(f, Progress{Dir: ev.Dir, Pos: ev.Pos + 20, Time: now, Tail: b[:8]})
		}
		s := table.Stats()
		require.LessOrEqual(t, table.Len(), cramped.MaxFlows)
		require.LessOrEqual(t, s.HeldBytes, uint64(cramped.MaxHeld))
		require.LessOrEqual(t, s.EarlyRecords, uint64(cramped.MaxEarly))
		require.LessOrEqual(t, table.early.bytes, cramped.MaxEarlyBytes)
		require.Equal(t, messages, book.Received())
	}
	table.Flush(now)
	settled(t, table, &book, a, messages)
}

func TestChaos(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{1})
	data := make([]byte, 60*eventSize)
	for range 3000 {
		_, _ = rng.Read(data) // never fails
		runChaos(t, data)
	}
}

func FuzzTable(f *testing.F) {
	rng := rand.NewChaCha8([32]byte{2})
	for range 20 {
		data := make([]byte, 40*eventSize)
		_, _ = rng.Read(data)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { runChaos(t, data) })
}
