package hpack

// maxInteger bounds integers to what any length or index can be.
const maxInteger = 1<<32 - 1

// integer reads an integer with a prefix of so many bits (section 5.1), and gives how
// many bytes it takes.
func integer(b []byte, bits uint) (v uint64, n int, err error) {
	if len(b) == 0 {
		return 0, 0, ErrShort
	}
	mask := uint64(1)<<bits - 1
	v = uint64(b[0]) & mask
	if v < mask {
		return v, 1, nil
	}
	for shift := uint(0); ; shift += 7 {
		n++
		switch {
		case shift > 28: // no encoder pads so much
			return 0, 0, ErrInteger
		case n == len(b):
			return 0, 0, ErrShort
		}
		v += uint64(b[n]&0x7f) << shift
		if b[n]&0x80 == 0 {
			break
		}
	}
	if v > maxInteger {
		return 0, 0, ErrInteger
	}
	return v, n + 1, nil
}
