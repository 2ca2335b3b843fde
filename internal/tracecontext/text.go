package tracecontext

import (
	"bytes"
	"math"
)

// decode reads 2*len(dst) lower-case hex digits; encoding/hex takes capitals too.
func decode(dst, src []byte) bool {
	for i := range dst {
		hi, lo := nibble(src[2*i]), nibble(src[2*i+1])
		if hi > 15 || lo > 15 {
			return false
		}
		dst[i] = hi<<4 | lo
	}
	return true
}

// nibble is the value of a lower-case hex digit, above 15 for anything else.
func nibble(b byte) byte {
	switch {
	case '0' <= b && b <= '9':
		return b - '0'
	case 'a' <= b && b <= 'f':
		return b - 'a' + 10
	}
	return 0xff
}

func anyCaseNibble(b byte) byte {
	if 'A' <= b && b <= 'F' {
		b |= 0x20
	}
	return nibble(b)
}

// decodeNumber reads a hex number of any length that fits into dst, in any case.
// dst holds zeros before, and the number big-endian after.
func decodeNumber(dst, src []byte) bool {
	if len(src) == 0 || len(src) > 2*len(dst) {
		return false
	}
	for i, c := range src {
		n := anyCaseNibble(c)
		if n > 15 {
			return false
		}
		at := &dst[len(dst)-(len(src)-i+1)/2]
		*at = *at<<4 | n
	}
	return true
}

// decodeTraceID reads 16 or 32 lower-case hex digits.
func decodeTraceID(id *[16]byte, src []byte) bool {
	switch len(src) {
	case 16:
		return decode(id[8:], src)
	case 32:
		return decode(id[:], src)
	}
	return false
}

// decodeSpanID reads 16 lower-case hex digits.
func decodeSpanID(id *[8]byte, src []byte) bool {
	return len(src) == 16 && decode(id[:], src)
}

// decimal reads a number without sign.
func decimal(src []byte) (n uint64, ok bool) {
	if len(src) == 0 {
		return 0, false
	}
	for _, c := range src {
		d := uint64(c - '0')
		if d > 9 || n > math.MaxUint64/10 || n*10 > math.MaxUint64-d {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// cut is bytes.Cut at a single byte.
func cut(b []byte, at byte) (before, after []byte, found bool) {
	if i := bytes.IndexByte(b, at); i >= 0 {
		return b[:i], b[i+1:], true
	}
	return b, nil, false
}

// trim takes the optional white space of the grammar from both ends.
func trim(b []byte) []byte { return bytes.Trim(b, " \t") }
