package tlshello

import "testing"

// BenchmarkHandshake is what the handshake of one connection costs to read, from the first byte on.
func BenchmarkHandshake(b *testing.B) {
	all := scenes(b)
	for _, name := range []string{"1.2 alpn", "1.3 alpn"} {
		turns := all[name].play(b)
		for split, n := range map[string]int{"whole": 0, "segments": 1448} {
			b.Run(name+"/"+split, func(b *testing.B) {
				store := NewStore()
				b.ReportAllocs()
				for b.Loop() {
					listen(store, turns, n)
				}
			})
		}
	}
}
