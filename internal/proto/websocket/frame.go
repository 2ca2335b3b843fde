package websocket

import "encoding/binary"

// Opcodes (https://www.rfc-editor.org/rfc/rfc6455#section-11.8).
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa
)

// Bits of a head's first two bytes.
const (
	fin     = 0x80
	rsv23   = 0x30
	opcode  = 0x0f
	control = 0x08
	masked  = 0x80
	length7 = 0x7f
)

// maxHead is the length of the longest head: two bytes, a length of eight, a mask of four.
const maxHead = 14

// head is the beginning of a frame, as far as it was read.
type head struct {
	bytes [maxHead]byte
	have  uint8
}

// take reads what it can of b, and tells how much that was and whether the head is whole.
func (h *head) take(b []byte) (n int, whole bool) {
	for {
		size := h.size()
		k := copy(h.bytes[h.have:size], b[n:])
		n += k
		h.have += uint8(k)
		switch {
		case h.have < size:
			return n, false
		case size == h.size(): // the first two bytes may have told of more
			return n, true
		}
	}
}

// size is how long the head is, as far as it is known.
func (h *head) size() uint8 {
	if h.have < 2 {
		return 2
	}
	n := uint8(2) + h.extended()
	if h.bytes[1]&masked != 0 {
		n += 4
	}
	return n
}

// extended is how many bytes the length has beyond the seven bits.
func (h *head) extended() uint8 {
	switch h.bytes[1] & length7 {
	case 126:
		return 2
	case 127:
		return 8
	}
	return 0
}

func (h *head) opcode() byte  { return h.bytes[0] & opcode }
func (h *head) last() bool    { return h.bytes[0]&fin != 0 }
func (h *head) control() bool { return h.bytes[0]&control != 0 }

// length is the payload's.
func (h *head) length() uint64 {
	switch h.extended() {
	case 2:
		return uint64(binary.BigEndian.Uint16(h.bytes[2:]))
	case 8:
		return binary.BigEndian.Uint64(h.bytes[2:])
	}
	return uint64(h.bytes[1] & length7)
}

// unmask is the i-th byte of the payload, less than four, as it was meant.
func (h *head) unmask(c byte, i uint8) byte {
	if h.bytes[1]&masked == 0 {
		return c
	}
	return c ^ h.bytes[2+h.extended()+i]
}

// plausible tells whether a whole head can be one, within a message or outside.
func (h *head) plausible(within bool) bool {
	if h.bytes[0]&rsv23 != 0 || h.length() > 1<<63-1 {
		return false
	}
	switch h.opcode() {
	case opContinuation:
		return within
	case opText, opBinary:
		return !within
	case opClose, opPing, opPong:
		return h.last()
	}
	return false
}
