package httpwords

import "bytes"

// Trim takes spaces and tabs from both ends.
func Trim(b []byte) []byte {
	for len(b) > 0 && Blank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && Blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// Blank tells a space or a tab.
func Blank(c byte) bool { return c == ' ' || c == '\t' }

// Is compares a field name or a token in any case; lower is in lower case.
func Is(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// CutFold takes a prefix off, in any case; lower is in lower case.
func CutFold(b []byte, lower string) (rest []byte, ok bool) {
	if len(b) < len(lower) || !Is(b[:len(lower)], lower) {
		return nil, false
	}
	return b[len(lower):], true
}

// IsToken tells whether all of b may stand in a method or field name
// (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
func IsToken(b []byte) bool {
	for _, c := range b {
		if !tokenChar(c) {
			return false
		}
	}
	return true
}

func tokenChar(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c != 0 && bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) >= 0
}

// MediaType is a Content-Type without its parameters.
func MediaType(contentType []byte) []byte {
	media, _, _ := bytes.Cut(contentType, []byte{';'})
	return Trim(media)
}
