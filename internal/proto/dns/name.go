package dns

import (
	"errors"

	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// errName says that the bytes are no domain name.
var errName = errors.New("read a domain name that is none")

// Limits of names (RFC 1035 section 2.3.4, with hops bounded on top).
const (
	maxNameOctets = 255
	maxPointers   = 64
	// nameRoom holds nearly every name as text without growing; with every
	// octet escaped it is four times as long.
	nameRoom = 256
)

// The two top bits of a length octet (RFC 1035 section 4.1.4).
const (
	labelMask    = 0xc0
	labelPointer = 0xc0
	pointerMask  = 0x3fff
)

// readName appends the text of the name at the reader to dst and leaves the
// reader behind it. Every pointer must point before the labels that lead to it,
// so that no loop is possible. Errors: errName, wire.ErrShort; dst comes
// back as it was given or longer.
func readName(dst []byte, r *wire.Reader) ([]byte, error) {
	at := *r // walks; r itself only passes over what stands here
	barrier, octets, hops := r.Offset(), 1, 0
	start := len(dst)
	for {
		length := int(at.U8())
		switch {
		case at.Err() != nil:
			return dst, at.Err()
		case length == 0:
			if hops == 0 {
				*r = at
			}
			if len(dst) == start {
				dst = append(dst, '.')
			}
			return dst, nil
		case length&labelMask == labelPointer:
			target := (length<<8 | int(at.U8())) & pointerMask
			if at.Err() != nil {
				return dst, at.Err()
			}
			if hops++; target >= barrier || target < headerSize || hops > maxPointers {
				return dst, errName
			}
			if hops == 1 {
				*r = at
			}
			barrier = target
			at.Seek(target)
		case length&labelMask != 0:
			return dst, errName
		default:
			if octets += length + 1; octets > maxNameOctets {
				return dst, errName
			}
			if len(dst) > start {
				dst = append(dst, '.')
			}
			dst = appendLabel(dst, at.Bytes(length))
			if at.Err() != nil {
				return dst, at.Err()
			}
		}
	}
}

// skipName leaves the reader behind the name that stands there, without
// following pointers.
func skipName(r *wire.Reader) error {
	for octets := 1; ; {
		length := int(r.U8())
		switch {
		case r.Err() != nil || length == 0:
			return r.Err()
		case length&labelMask == labelPointer:
			r.Skip(1)
			return r.Err()
		case length&labelMask != 0:
			return errName
		}
		if octets += length + 1; octets > maxNameOctets {
			return errName
		}
		r.Skip(length)
	}
}

// appendLabel appends a label as master files show it (RFC 4343 section 2.1).
func appendLabel(dst, label []byte) []byte {
	for _, c := range label {
		dst = appendOctet(dst, c)
	}
	return dst
}

func appendOctet(dst []byte, c byte) []byte {
	switch {
	case c == '.' || c == '\\' || c == '"':
		return append(dst, '\\', c)
	case c < 0x21 || c > 0x7e:
		return append(dst, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
	default:
		return append(dst, c)
	}
}

// sameName compares two names in text without case (RFC 4343 section 3). The
// texts are ASCII by construction.
func sameName(a string, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}
