//go:build amd64 || arm64

package replay

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkRead reads a capture of short requests and longer answers.
func BenchmarkRead(b *testing.B) {
	var segs []seg
	up, down := uint32(1000), uint32(5000)
	body := string(make([]byte, 1400))
	for range 2000 {
		segs = append(segs,
			seg{up: true, flags: "A", seq: up, ack: down, data: body[:100]},
			seg{flags: "A", seq: down, ack: up + 100, data: body},
			seg{up: true, flags: "A", seq: up + 100, ack: down + 1400})
		up, down = up+100, down+1400
	}
	file := talk(b, shake(segs...)...)
	packets := 0
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	var raw []byte
	for b.Loop() {
		r, err := newReader(bytes.NewReader(file), Options{})
		require.NoError(b, err)
		for err == nil {
			err = r.Read(&raw)
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		packets += int(r.Stats().Packets)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
}
