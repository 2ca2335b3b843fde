package tlshello

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzReader plays any conversation, described by ops: no panic, bounded memory, the same facts
// however it is split.
func FuzzReader(f *testing.F) {
	for _, s := range scenes(f) {
		var data, ops []byte
		for _, t := range s.play(f) {
			for b := t.bytes; len(b) > 0; {
				n := min(len(b), 255)
				data, b = append(data, b[:n]...), b[n:]
				ops = append(ops, byte(t.from), byte(n))
			}
		}
		f.Add(data, ops, uint8(3))
	}
	f.Add([]byte{23, 3, 3, 0, 40}, []byte{0, 5, 2, 35, 1, 5, 3, 40}, uint8(1))
	store := NewStore()
	f.Fuzz(func(t *testing.T, data, ops []byte, size uint8) {
		whole := perform(t, store, data, ops, 0)
		require.Equal(t, whole, perform(t, store, data, ops, int(size)))
		for _, name := range append(slices.Clone(whole.Offered), whole.ServerName, whole.Protocol) {
			require.LessOrEqual(t, len(name), maxServerName)
			for _, c := range []byte(name) {
				require.True(t, c > ' ' && c <= '~', "%q", name)
			}
		}
	})
}

// perform feeds data as ops say, pairs of what to do and of how many bytes: an end sends, or
// bytes of it are missing.
func perform(t *testing.T, store *Store, data, ops []byte, size int) Facts {
	r := store.Reader()
	defer r.Release()
	last := byte(255)
	for i := 0; i+1 < len(ops); i += 2 {
		from, n := End(ops[i]&1), int(ops[i+1])
		if ops[i]&2 != 0 {
			r.Gap(from, int64(n))
			continue
		}
		n = min(n, len(data))
		b := data[:n]
		data = data[n:]
		for fresh := ops[i]&1 != last; len(b) > 0; fresh = false {
			k := len(b)
			if size > 0 {
				k = min(size, k)
			}
			r.Feed(from, b[:k:k], fresh)
			b = b[k:]
		}
		last = ops[i] & 1
		for i := range r.streams {
			require.LessOrEqual(t, cap(r.streams[i].hello.buf), maxHello)
		}
	}
	r.Finish()
	return *r.Facts()
}
