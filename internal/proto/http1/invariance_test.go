package http1

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
