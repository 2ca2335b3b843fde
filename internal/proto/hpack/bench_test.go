package hpack

import (
	"fmt"
	"testing"
)

// BenchmarkBlock is the head of a request whose fields are in the table, and of one whose path
// and id are new each time.
func BenchmarkBlock(b *testing.B) {
	request := func(n int) []string {
		return []string{
			":method=POST", ":scheme=http", fmt.Sprintf(":path=/shop/item/%d", n), ":authority=shop.test:8080",
			"content-type=application/grpc", "user-agent=grpc-go/1.80.0", "te=trailers", fmt.Sprintf("x-request-id=a468a6a1-7d3a-%d", n),
		}
	}
	for name, unique := range map[string]int{"known": 0, "unique": 1} {
		b.Run(name, func(b *testing.B) {
			w, d := newWriter(), fresh()
			var blocks [][]byte
			for i := range 2000 {
				blocks = append(blocks, w.block(request(i*unique)...))
			}
			var s Scratch
			var f Field
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%len(blocks) == 0 {
					d.Reset()
				}
				s.Reset()
				d.Begin()
				for block := blocks[i%len(blocks)]; len(block) > 0; {
					n, _, err := d.Next(block, &s, &f)
					if err != nil {
						b.Fatal(err)
					}
					block = block[n:]
				}
			}
		})
	}
}
