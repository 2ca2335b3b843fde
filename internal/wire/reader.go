// Package wire is the one place where parsers take numbers and runs of bytes
// out of what came over the network. Every access is checked against the
// bounds; nothing in here allocates or panics.
package wire

import (
	"encoding/binary"
	"errors"
)

// ErrShort says that the bytes end before what was asked for.
var ErrShort = errors.New("read past the end of the message")

// Reader takes values out of a run of bytes, in network byte order. The first
// read that does not fit sets ErrShort and moves nothing; from then on every
// read gives zero, so that a parser may read a whole structure and ask Err
// once. Loops whose length comes from the wire ask it every time round.
//
// A Reader is a small value: copy it to look ahead.
type Reader struct {
	buf []byte
	off int
	err error
}

// NewReader reads b from its beginning. The bytes are shared, not copied.
func NewReader(b []byte) Reader { return Reader{buf: b} }

// Err is ErrShort once a read did not fit, else nil.
func (r *Reader) Err() error { return r.err }

// Offset is the position of the next byte, counted from the beginning.
func (r *Reader) Offset() int { return r.off }

// Remaining is how many bytes are left to read.
func (r *Reader) Remaining() int { return len(r.buf) - r.off }

// U8 reads one byte.
func (r *Reader) U8() uint8 {
	b := r.Bytes(1)
	if b == nil {
		return 0
	}
	return b[0]
}

// U16 reads two bytes, big-endian.
func (r *Reader) U16() uint16 {
	b := r.Bytes(2)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint16(b)
}

// U32 reads four bytes, big-endian.
func (r *Reader) U32() uint32 {
	b := r.Bytes(4)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint32(b)
}

// U64 reads eight bytes, big-endian.
func (r *Reader) U64() uint64 {
	b := r.Bytes(8)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

// Bytes reads n bytes. They alias the reader's memory, and appending to them
// cannot overwrite it. It gives nil when they are not there or n is negative.
func (r *Reader) Bytes(n int) []byte {
	if r.err != nil || n < 0 || n > r.Remaining() {
		r.err = ErrShort
		return nil
	}
	b := r.buf[r.off : r.off+n : r.off+n]
	r.off += n
	return b
}

// Skip passes over n bytes.
func (r *Reader) Skip(n int) { r.Bytes(n) }

// Seek moves to an offset counted from the beginning; the end itself is
// allowed, beyond it is ErrShort.
func (r *Reader) Seek(off int) {
	if r.err != nil || off < 0 || off > len(r.buf) {
		r.err = ErrShort
		return
	}
	r.off = off
}
