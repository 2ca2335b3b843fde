//go:build amd64 || arm64

package replay

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"
)

// shred cuts an IPv4 or IPv6 packet without extension headers into fragments
// of size bytes.
func shred(packet []byte, size int, id byte) [][]byte {
	head := 20
	if packet[0]>>4 == 6 {
		head = 40
	}
	body := packet[head:]
	var out [][]byte
	for at := 0; at < len(body); at += size {
		part, more := body[at:min(at+size, len(body))], byte(0)
		if at+size < len(body) {
			more = 1
		}
		f := append([]byte(nil), packet[:head]...)
		if head == 20 {
			binary.BigEndian.PutUint16(f[2:], uint16(20+len(part)))
			f[5] = id
			binary.BigEndian.PutUint16(f[6:], uint16(more)<<13|uint16(at/8))
		} else {
			binary.BigEndian.PutUint16(f[4:], uint16(8+len(part)))
			f = append(f, f[6], 0, byte(at>>8), byte(at)|more, 0, 0, 0, id)
			f[6] = 44
		}
		out = append(out, append(f, part...))
	}
	return out
}

func TestFragments(t *testing.T) {
	body := strings.Repeat("0123456789abcdef", 50)
	for _, v6 := range []bool{false, true} {
		packet := wire(t, seg{up: true, seq: 1, data: body}.layers(v6)...)
		parts := shred(packet, 160, 7)
		n := uint64(len(parts))
		for range 20 {
			rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			recs, s := readAll(t, raw(t, append(parts[:1:1], parts...)...), Options{})
			require.Len(t, recs, 1, "%v", s.Skipped)
			require.Equal(t, body, recs[0].payload)
			require.EqualValues(t, len(body), recs[0].Len)
			require.EqualValues(t, 1, s.Reassembled)
			require.Equal(t, n, s.Skipped[Fragment], "a piece twice, and the last one is the whole")
		}
		_, s := readAll(t, raw(t, parts[1:]...), Options{})
		require.Equal(t, n-1, s.Skipped[Fragment])
		require.Zero(t, s.Used)
	}
}

func TestFragmentsRefused(t *testing.T) {
	packet := wire(t, seg{up: true, seq: 1, data: strings.Repeat("x", 300)}.layers(false)...)
	parts := shred(packet, 160, 7)
	require.Len(t, parts, 2)
	t.Run("overlap", func(t *testing.T) {
		odd := append([]byte(nil), parts[1]...)
		odd[7] = 19 // 152, within the first
		_, s := readAll(t, raw(t, parts[0], odd, parts[1]), Options{})
		require.EqualValues(t, 1, s.Skipped[Malformed])
		require.Zero(t, s.Used, "the first piece went with it")
	})
	t.Run("two ends", func(t *testing.T) {
		odd := append([]byte(nil), parts[1]...)
		odd[7] = 60
		_, s := readAll(t, raw(t, odd, parts[1]), Options{})
		require.EqualValues(t, 1, s.Skipped[Malformed])
		_, s = readAll(t, raw(t, parts[1], odd), Options{})
		require.EqualValues(t, 1, s.Skipped[Malformed])
	})
	t.Run("too long", func(t *testing.T) {
		odd := append([]byte(nil), parts[1]...)
		odd[6], odd[7] = 0x1f, 0xff
		_, s := readAll(t, raw(t, odd), Options{})
		require.EqualValues(t, 1, s.Skipped[Malformed])
	})
	t.Run("odd length", func(t *testing.T) {
		odd := append([]byte(nil), parts[0]...)
		odd[3]--
		_, s := readAll(t, raw(t, odd), Options{})
		require.EqualValues(t, 1, s.Skipped[Malformed])
	})
	t.Run("snap length", func(t *testing.T) {
		_, s := readAll(t, pcapFile(t, layers.LinkTypeRaw, shot{data: parts[0][:60], wire: len(parts[0])}), Options{})
		require.EqualValues(t, 1, s.Skipped[Truncated])
	})
	t.Run("too old", func(t *testing.T) {
		_, s := readAll(t, pcapFile(t, layers.LinkTypeRaw,
			shot{data: parts[0], time: epoch}, shot{data: parts[1], time: epoch.Add(31 * time.Second)}), Options{})
		require.EqualValues(t, 2, s.Skipped[Fragment])
	})
}

// TestFragmentsBounded: a flood of beginnings takes no more than its share.
func TestFragmentsBounded(t *testing.T) {
	var d decoder
	first := func(i int) Reason {
		p := packet{family: 4, time: int64(i)}
		copy(p.src.addr[:], fmt.Sprint(i))
		return d.fragment(piece{id: 1, next: 17, offset: 65496, more: true}, make([]byte, 32), 32, &p)
	}
	for i := range 10 * maxDatagrams {
		require.Equal(t, Fragment, first(i))
		require.LessOrEqual(t, len(d.fragments.held), maxDatagrams)
	}
	for _, g := range d.fragments.held {
		require.GreaterOrEqual(t, g.time, int64(9*maxDatagrams), "the oldest go first")
	}
}
