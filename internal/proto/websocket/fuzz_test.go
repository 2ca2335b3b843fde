package websocket

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzWalker: however the bytes are split, the walker says the same, and of what it was
// fed it never counts more frames than there is room for. Skipping payload that was
// fed before changes nothing.
func FuzzWalker(f *testing.F) {
	f.Add(join(frame(0x81, true, "hello"), frame(0x89, false, ""), frame(0x88, false, "\x03\xe8")), uint8(3))
	f.Add(join(frame(0x01, true, "hello"), frame(0x80, false, "there")), uint8(1))
	f.Add([]byte{0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3}, uint8(7))
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		var whole Walker
		n := whole.Feed(data)
		require.LessOrEqual(t, whole.Messages+whole.Pings+whole.Pongs, int64(len(data)/2))
		if !whole.Closed() {
			require.Equal(t, len(data), n)
		}

		var pieces, skipping Walker
		for b := data; len(b) > 0 && !pieces.Closed(); {
			part := b[:min(1+int(size), len(b))]
			k := pieces.Feed(part)
			b = b[k:]
		}
		require.Equal(t, whole.said(), pieces.said())

		for b := data; len(b) > 0 && !skipping.Closed(); {
			if skipping.inPayload && skipping.head.opcode() != opClose {
				k := min(int(skipping.left), len(b))
				skipping.Skip(int64(k))
				b = b[k:]
				continue
			}
			b = b[skipping.Feed(b[:1]):]
		}
		require.Equal(t, whole.said(), skipping.said())
	})
}
