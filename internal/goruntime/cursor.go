package goruntime

import (
	"bytes"
	"encoding/binary"

	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// cursor reads little-endian structures out of bytes that anybody may have made. As
// with wire.Reader, reads past the end give zero and set the error.
type cursor struct{ wire.Reader }

func newCursor(b []byte) cursor { return cursor{wire.NewReader(b)} }

func (c *cursor) u16() uint16 {
	b := c.Bytes(2)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint16(b)
}

func (c *cursor) u32() uint32 {
	b := c.Bytes(4)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

func (c *cursor) u64() uint64 {
	b := c.Bytes(8)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

// uleb reads an unsigned LEB128 number, which is also Go's varint. Bits beyond the
// 64th are dropped.
func (c *cursor) uleb() uint64 {
	var v uint64
	for shift := uint(0); ; shift += 7 {
		b := c.U8()
		if shift < 64 {
			v |= uint64(b&0x7f) << shift
		}
		if b&0x80 == 0 {
			return v
		}
	}
}

// run reads n bytes, where n comes from the file.
func (c *cursor) run(n uint64) []byte {
	if n > uint64(c.Remaining()) {
		c.Skip(c.Remaining() + 1) // sets the error
		return nil
	}
	return c.Bytes(int(n))
}

// text reads a string that ends with NUL; the bytes are shared.
func (c *cursor) text() []byte {
	ahead := *c
	rest := ahead.Bytes(ahead.Remaining())
	i := bytes.IndexByte(rest, 0)
	if i < 0 {
		c.Skip(c.Remaining() + 1)
		return nil
	}
	b := c.Bytes(i)
	c.Skip(1)
	return b
}
