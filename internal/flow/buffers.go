package flow

import "math/bits"

const (
	smallest = 9  // 512 bytes
	largest  = 16 // 64 KiB, the largest payload of a record
	// spareBytes bounds what the pool keeps, in all.
	spareBytes = 1 << 20
)

// buffers is a pool of byte slices by size, in powers of two.
type buffers struct {
	spare [largest + 1][][]byte
	kept  int
}

func sizeClass(n int) int {
	if n <= 1<<smallest {
		return smallest
	}
	return bits.Len(uint(n - 1))
}

// bufferSize is how many bytes of memory a buffer for n bytes takes.
func bufferSize(n int) int {
	if n == 0 {
		return 0
	}
	return 1 << sizeClass(n)
}

// get returns an empty slice with room for n bytes.
func (b *buffers) get(n int) []byte {
	if n == 0 {
		return nil
	}
	c := sizeClass(n)
	if c > largest {
		return make([]byte, 0, 1<<c)
	}
	k := len(b.spare[c]) - 1
	if k < 0 {
		return make([]byte, 0, 1<<c)
	}
	s := b.spare[c][k]
	b.spare[c][k] = nil
	b.spare[c] = b.spare[c][:k]
	b.kept -= 1 << c
	return s
}

// put takes a slice back that get returned.
func (b *buffers) put(s []byte) {
	n := cap(s)
	if n < 1<<smallest || n > 1<<largest || b.kept+n > spareBytes {
		return
	}
	c := sizeClass(n)
	b.spare[c] = append(b.spare[c], s[:0])
	b.kept += n
}
