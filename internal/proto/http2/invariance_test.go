package http2

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func bytewise(int) int { return 1 }

// TestChunkingInvariance plays every conversation in pieces: byte by byte, cut
// once at every place, and at random. Every split must give the same log.
func TestChunkingInvariance(t *testing.T) {
	for _, file := range conversationFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := loadConversation(t, file)
			o := New(Config{})
			require.Equal(t, c.want, c.play(t, o, bytewise), "byte by byte")
			for at := 1; at < 400; at++ {
				require.Equal(t, c.want, c.play(t, o, cutAt(at)), "cut at %d", at)
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

// limited are limits that are soon reached.
var limited = Config{MaxHead: 60, MaxOpen: 2, MaxHeld: 100}

// TestRandomConversations puts packets of the conversations together as they
// never were, with gaps in between, and holds the same.
func TestRandomConversations(t *testing.T) {
	var pieces [2][][]byte
	for _, file := range conversationFiles(t) {
		for _, s := range loadConversation(t, file).steps {
			if s.verb == "feed" {
				pieces[s.dir] = append(pieces[s.dir], s.data)
			}
		}
	}
	for _, config := range []Config{{}, limited} {
		for seed := range uint64(3000) {
			r := rand.New(rand.NewPCG(seed, 1))
			c := randomConversation(r, pieces)
			want := c.play(t, New(config), whole)
			require.Equal(t, want, c.play(t, New(config), bytewise), "seed %d, byte by byte", seed)
			require.Equal(t, want, c.play(t, New(config), func(n int) int { return 1 + r.IntN(n) }), "seed %d, in pieces", seed)
		}
	}
}

func randomConversation(r *rand.Rand, pieces [2][][]byte) (c conversation) {
	for at := range int64(2 + r.IntN(20)) {
		s := step{dir: proto.Dir(r.IntN(2)), at: at}
		if at == 0 && r.IntN(2) == 0 {
			s.verb, s.data = "feed", []byte(preface)
		} else if r.IntN(5) == 0 {
			s.verb, s.n = "gap", 1+r.Int64N(1<<r.IntN(12))
		} else {
			s.verb, s.data = "feed", pieces[s.dir][r.IntN(len(pieces[s.dir]))]
			if r.IntN(4) == 0 {
				s.data = s.data[r.IntN(len(s.data)):]
			}
			if r.IntN(4) == 0 {
				s.data = s.data[:r.IntN(len(s.data)+1)]
			}
		}
		c.steps = append(c.steps, s)
	}
	c.number()
	for dir := range proto.Dir(2) {
		if r.IntN(2) == 0 {
			c.steps = append(c.steps, step{verb: "close", dir: dir, at: 100, how: proto.Ending(r.IntN(5))})
		}
	}
	return c
}
