package http1

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// TestChunkingInvariance plays every conversation in pieces: byte by byte, cut
// once at every place, and at random. Every split must give the same log.
func TestChunkingInvariance(t *testing.T) {
	for _, file := range conversationFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := loadConversation(t, file)
			o := newProtocol(Config{})
			require.Equal(t, c.want, c.play(t, o, func(int) int { return 1 }), "byte by byte")
			for _, s := range c.steps {
				for at := 1; at < len(s.data); at++ {
					if at > 200 && at < len(s.data)-20 {
						continue
					}
					require.Equal(t, c.want, c.play(t, o, cutAt(at)), "cut at %d", at)
				}
			}
			for seed := range uint64(50) {
				r := rand.New(rand.NewPCG(seed, 1))
				cut := func(n int) int { return 1 + r.IntN(min(n, 40)) }
				require.Equal(t, c.want, c.play(t, o, cut), "seed %d", seed)
			}
		})
	}
}

// cutAt cuts every run of bytes once, at the given place.
func cutAt(at int) func(int) int {
	first := true
	return func(n int) int {
		if first && at < n {
			first = false
			return at
		}
		first = true
		return n
	}
}

// TestRandomConversations puts pieces of all conversations together at random,
// with gaps and endings between them, and holds the same.
func TestRandomConversations(t *testing.T) {
	var pieces [][]byte
	for _, file := range conversationFiles(t) {
		for _, s := range loadConversation(t, file).steps {
			if len(s.data) > 0 {
				pieces = append(pieces, s.data)
			}
		}
	}
	limits := Config{MaxHead: 300, MaxPipeline: 4, MaxHeld: 500, RequestHeaders: []string{"Cookie"}}
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 3))
		c := randomConversation(r, pieces)
		for _, config := range []Config{{}, {Next: follow}, limits} {
			whole := c.play(t, newProtocol(config), func(n int) int { return n })
			require.Equal(t, whole, c.play(t, newProtocol(config), func(int) int { return 1 }), "seed %d, byte by byte", seed)
			require.Equal(t, whole, c.play(t, newProtocol(config), func(n int) int { return 1 + r.IntN(n) }), "seed %d, in pieces", seed)
		}
	}
}

func randomConversation(r *rand.Rand, pieces [][]byte) (c conversation) {
	var ordinals [2]uint32
	last := proto.ToServer
	for at := range int64(2 + r.IntN(20)) {
		s := step{dir: proto.Dir(r.IntN(2)), at: at}
		switch n := r.IntN(20); {
		case n < 4:
			s.verb, s.n = "gap", 1+r.Int64N(1<<r.IntN(12))
		default:
			s.verb, s.data = "feed", pieces[r.IntN(len(pieces))]
			if r.IntN(4) == 0 {
				s.data = s.data[r.IntN(len(s.data)):]
			}
			if r.IntN(4) == 0 {
				s.data = s.data[:r.IntN(len(s.data)+1)]
			}
			if s.dir != last {
				ordinals[s.dir]++
			}
			last, s.ord = s.dir, ordinals[s.dir]
		}
		c.steps = append(c.steps, s)
	}
	for dir := range proto.Dir(2) {
		if r.IntN(2) == 0 {
			c.steps = append(c.steps, step{verb: "close", dir: dir, at: 100, how: proto.Ending(r.IntN(4))})
		}
	}
	return c
}
