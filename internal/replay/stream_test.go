//go:build amd64 || arm64

package replay

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStream sends random segments through a stream and compares it with a
// map of every byte.
func TestStream(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		base := rng.Uint32()
		if rng.IntN(2) == 0 {
			base = uint32(-rng.IntN(300)) // wraps soon
		}
		var s stream
		s.begin(base, true)
		seen, high, joined := map[int64]bool{}, int64(0), false
		for range 60 {
			pos := max(0, high+int64(rng.IntN(80)-50))
			to := pos + int64(rng.IntN(20)+1)
			require.Equal(t, pos, s.locate(base+uint32(pos)))
			require.Equal(t, base+uint32(pos), s.at(pos))
			first := pos
			for first < to && seen[first] {
				first++
			}
			from := s.missing(pos)
			require.LessOrEqual(t, min(from, to), first, "no byte may be lost")
			if !joined {
				require.Equal(t, first, min(from, to), "no byte may come twice")
			}
			if from >= to {
				continue
			}
			late, gap := s.take(from, to)
			require.Equal(t, from < high, late)
			require.Equal(t, from > high, gap)
			for p := from; p < to; p++ {
				seen[p] = true
			}
			high = max(high, to)
			require.Equal(t, high, s.high)
			require.LessOrEqual(t, len(s.holes), maxHoles)
			joined = joined || len(s.holes) == maxHoles
			whole := int64(0)
			for seen[whole] {
				whole++
			}
			require.LessOrEqual(t, s.contiguous(), whole)
		}
	}
}

// TestStreamLong: positions go on where sequence numbers begin again.
func TestStreamLong(t *testing.T) {
	var s stream
	s.begin(7, true)
	const step = 1 << 20
	for pos := int64(0); pos < 3<<32; pos += step {
		require.Equal(t, pos, s.locate(uint32(7+pos)))
		late, gap := s.take(pos, pos+step)
		require.False(t, late || gap)
	}
	require.Empty(t, s.holes)
}

// TestHolesBounded: beyond the limit neighbours are one hole, and the range
// before an unknown beginning is spared.
func TestHolesBounded(t *testing.T) {
	var s stream
	s.begin(0, false)
	for i := range int64(100) {
		s.take(10*i+5, 10*i+10)
		require.LessOrEqual(t, len(s.holes), maxHoles)
	}
	require.Equal(t, hole{-before, 0}, s.holes[0])
	require.Equal(t, int64(0), s.holes[1].from)
	require.Equal(t, hole{990, 995}, s.holes[maxHoles-1])
	require.Equal(t, int64(990), s.missing(985))
}
