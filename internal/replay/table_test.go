//go:build amd64 || arm64

package replay

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// TestTableFull: the connection idle longest goes, says so, and is counted.
func TestTableFull(t *testing.T) {
	packet := func(port uint16, data string) shot {
		b := wire(t, seg{up: true, flags: "A", seq: 1, data: data}.layers(false)...)
		binary.BigEndian.PutUint16(b[20:], port)
		return shot{data: b, time: epoch}
	}
	recs, s := readAll(t, pcapFile(t, layers.LinkTypeRaw,
		packet(1, "one"), packet(2, "two"), packet(1, "one again"), packet(3, "three"), packet(2, "two"),
	), Options{MaxConnections: 2})
	require.Equal(t, []brief{
		{event.Data, in, start, 0, 3, "one"},
		{event.Data, in, start, 0, 3, "two"},
		{event.Data, in, 0, 3, 6, " again"},
		{event.Close, in, 0, 3, 0, ""},
		{event.Data, in, start, 0, 5, "three"},
		{event.Close, in, 0, 9, 0, ""},
		{event.Data, in, start, 0, 3, "two"},
	}, briefs(recs))
	require.EqualValues(t, 2, s.Evicted)
	require.EqualValues(t, 4, s.Connections)
}

// flood is a capture without an end: every packet begins a connection and
// leaves holes and a FIN behind.
type flood struct {
	packet []byte
	n, max uint32
}

func (f *flood) next(fr *frame) error {
	f.n++
	port, seq := f.n/4, f.n%4
	binary.BigEndian.PutUint32(f.packet[12:], port)
	binary.BigEndian.PutUint32(f.packet[24:], 1000+seq*20)
	*fr = frame{data: f.packet, wire: len(f.packet), link: layers.LinkTypeRaw, time: int64(f.n), timed: true}
	if f.n > f.max {
		return errDisk
	}
	return nil
}

// TestFlood: memory is flat however many connections a file has.
func TestFlood(t *testing.T) {
	const limit = 1000
	r, err := newReader(bytes.NewReader(talk(t)), Options{MaxConnections: limit})
	require.NoError(t, err)
	r.source = &flood{packet: wire(t, seg{up: true, flags: "FA", seq: 1, data: "x"}.layers(false)...), max: 400_000}
	var raw []byte
	var before, after runtime.MemStats
	for i := 0; r.Read(&raw) == nil; i++ {
		require.LessOrEqual(t, len(r.tracker.table.byKey), limit)
		if i == 20_000 {
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Greater(t, r.Stats().Evicted, uint64(98_000))
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(1<<20))
}

// TestTableOrder: touched connections become the latest; memory is used again, emptied.
func TestTableOrder(t *testing.T) {
	tab := newTable(3)
	require.Nil(t, tab.oldest())
	key := func(port uint16) connKey { return connKey{ends: [2]endpoint{{port: port}, {port: 99}}} }
	a, b := tab.add(key(1)), tab.add(key(2))
	tab.touch(a, 5)
	tab.touch(a, 4)
	require.EqualValues(t, 5, a.seen)
	require.Same(t, b, tab.oldest())
	b.half[0].begin(7, false)
	tab.remove(b)
	require.Same(t, a, tab.oldest())
	c := tab.add(key(2))
	require.Same(t, b, c)
	require.EqualValues(t, 3, c.cookie)
	c.half[0].holes = nil
	require.Equal(t, half{}, c.half[0])
	require.Equal(t, nobody, c.local)
}

// TestKey: both directions are one connection, also of a socket with itself.
func TestKey(t *testing.T) {
	p := packet{src: endpoint{port: 2}, dst: endpoint{port: 1}, transport: 6, family: 4}
	q := packet{src: endpoint{port: 1}, dst: endpoint{port: 2}, transport: 6, family: 4}
	a, up := keyOf(&p)
	b, down := keyOf(&q)
	require.Equal(t, a, b)
	require.Equal(t, up, down.other())
	p.dst.port = 2
	_, own := keyOf(&p)
	require.Equal(t, lower, own)
}

// TestSelf: a connection of a socket with itself has one direction.
func TestSelf(t *testing.T) {
	b := wire(t, seg{up: true, flags: "A", seq: 1, data: "me"}.layers(false)...)
	copy(b[12:16], b[16:20])
	copy(b[20:22], b[22:24])
	recs, _ := readAll(t, pcapFile(t, layers.LinkTypeRaw, shot{data: b, time: epoch}, shot{data: b, time: epoch.Add(time.Second)}), Options{})
	require.Equal(t, []brief{{event.Data, in, start, 0, 2, "me"}}, briefs(recs))
}
