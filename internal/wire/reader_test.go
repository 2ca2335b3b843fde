package wire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/wire"
)

func TestReaderReadsNetworkByteOrder(t *testing.T) {
	r := wire.NewReader([]byte{1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 9, 'x', 'y', 'z'})
	assert.Equal(t, uint8(1), r.U8())
	assert.Equal(t, uint16(0x0203), r.U16())
	assert.Equal(t, uint32(0x04050607), r.U32())
	assert.Equal(t, uint64(9), r.U64())
	assert.Equal(t, 15, r.Offset())
	r.Skip(1)
	assert.Equal(t, []byte("yz"), r.Bytes(2))
	assert.Zero(t, r.Remaining())
	require.NoError(t, r.Err())
}

func TestReaderStopsAtTheFirstShortRead(t *testing.T) {
	reads := map[string]func(*wire.Reader) bool{
		"u8":             func(r *wire.Reader) bool { r.Skip(3); return r.U8() == 0 },
		"u16":            func(r *wire.Reader) bool { r.Skip(2); return r.U16() == 0 },
		"u32":            func(r *wire.Reader) bool { return r.U32() == 0 },
		"u64":            func(r *wire.Reader) bool { return r.U64() == 0 },
		"bytes":          func(r *wire.Reader) bool { return r.Bytes(4) == nil },
		"negative bytes": func(r *wire.Reader) bool { return r.Bytes(-1) == nil },
		"seek beyond":    func(r *wire.Reader) bool { r.Seek(4); return true },
		"seek before":    func(r *wire.Reader) bool { r.Seek(-1); return true },
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			r := wire.NewReader([]byte{1, 2, 3})
			assert.True(t, read(&r), "a short read gives zero")
			require.ErrorIs(t, r.Err(), wire.ErrShort)
			at := r.Offset()
			assert.Zero(t, r.U8(), "nothing is read after an error")
			r.Seek(0)
			assert.Equal(t, at, r.Offset(), "nothing moves after an error")
		})
	}
}

func TestReaderSeeksAndCopies(t *testing.T) {
	r := wire.NewReader([]byte{1, 2, 3})
	ahead := r
	ahead.Seek(2)
	assert.Equal(t, uint8(3), ahead.U8())
	ahead.Seek(3)
	require.NoError(t, ahead.Err(), "the end is a place to be")
	assert.Equal(t, 0, r.Offset(), "a copy looks ahead on its own")
}

func TestBytesCannotBeAppendedInto(t *testing.T) {
	buf := []byte{1, 2, 3}
	r := wire.NewReader(buf)
	_ = append(r.Bytes(1), 9)
	assert.Equal(t, []byte{1, 2, 3}, buf)
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("abcdefgh"), []byte{0, 1, 2, 3, 4, 5})
	f.Fuzz(func(t *testing.T, data, ops []byte) {
		r := wire.NewReader(data)
		for _, op := range ops {
			switch n := int(op>>3) - 2; op & 7 {
			case 0:
				r.U8()
			case 1:
				r.U16()
			case 2:
				r.U32()
			case 3:
				r.U64()
			case 4:
				r.Bytes(n)
			case 5:
				r.Skip(n)
			default:
				r.Seek(n)
			}
			if r.Offset() < 0 || r.Remaining() < 0 || r.Offset()+r.Remaining() != len(data) {
				t.Fatalf("offset %d and remaining %d of %d bytes", r.Offset(), r.Remaining(), len(data))
			}
		}
	})
}
