package websocket

import (
	"strings"
	"testing"
)

// BenchmarkWalker is a message of 100 bytes, masked.
func BenchmarkWalker(b *testing.B) {
	data := frame(0x81, true, strings.Repeat("x", 100))
	var w Walker
	b.ReportAllocs()
	for b.Loop() {
		w.Feed(data)
	}
	if w.Messages == 0 || !w.Known() {
		b.Fatal("nothing was counted")
	}
}
