package dns

import (
	"net/netip"
	"strconv"

	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// appendData appends what a record holds, as master files show it (RFC 1035
// section 5), names without the trailing dot. It gives false for types that
// are not shown and for data that is not of its type.
func appendData(dst []byte, rec *record) (text []byte, ok bool) {
	r := rec.data
	var err error
	switch rec.rtype {
	case typeA, typeAAAA:
		return appendAddr(dst, r.Bytes(rec.size), rec.rtype)
	case typeTXT, typeHINFO:
		return appendTexts(dst, r.Bytes(rec.size)), rec.size > 0
	case typeCNAME, typeNS, typePTR, typeDNAME:
		dst, err = readName(dst, &r)
	case typeMX:
		dst, err = readName(appendShorts(dst, &r, 1), &r)
	case typeSRV:
		dst, err = readName(appendShorts(dst, &r, 3), &r)
	case typeSOA:
		dst, err = appendSOA(dst, &r)
	default:
		return dst, false
	}
	return dst, err == nil && r.Offset()-rec.data.Offset() == rec.size
}

func appendAddr(dst, b []byte, rtype uint16) ([]byte, bool) {
	addr, ok := netip.AddrFromSlice(b)
	if !ok || addr.Is4() != (rtype == typeA) {
		return dst, false
	}
	return addr.AppendTo(dst), true
}

// appendShorts appends n 16-bit numbers, a space behind each.
func appendShorts(dst []byte, r *wire.Reader, n int) []byte {
	for range n {
		dst = append(strconv.AppendUint(dst, uint64(r.U16()), 10), ' ')
	}
	return dst
}

// appendSOA appends the zone's source, its keeper, and five numbers (RFC 1035 section 3.3.13).
func appendSOA(dst []byte, r *wire.Reader) (text []byte, err error) {
	for range 2 {
		if dst, err = readName(dst, r); err != nil {
			return dst, err
		}
		dst = append(dst, ' ')
	}
	for range 5 {
		dst = append(strconv.AppendUint(dst, uint64(r.U32()), 10), ' ')
	}
	return dst[:len(dst)-1], r.Err()
}

// appendTexts appends character strings (RFC 1035 section 3.3.14), each in
// quotes, maxText bytes of them at most. A string that reaches beyond the data ends with it.
func appendTexts(dst, b []byte) []byte {
	b = b[:min(len(b), maxText)]
	for first := true; len(b) > 0; first = false {
		if !first {
			dst = append(dst, ' ')
		}
		n := min(1+int(b[0]), len(b))
		dst = append(dst, '"')
		for _, c := range b[1:n] {
			if c == ' ' || c == '.' {
				dst = append(dst, c) // nothing special between quotes
				continue
			}
			dst = appendOctet(dst, c)
		}
		dst = append(dst, '"')
		b = b[n:]
	}
	return dst
}
