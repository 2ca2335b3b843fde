package grpc

// base64Group collects four characters, which are three bytes or, padded, less. gRPC-Web
// may be padded wherever a writer flushed, so the group is all there is to know.
type base64Group struct {
	chars [4]byte
	have  uint8
}

// takeText walks over the next characters of a body in base64.
func (w *walker) takeText(b []byte, at int64, e *ending) {
	var buf [192]byte
	for ok := true; ok && len(b) > 0 && w.known && !w.ended; {
		out := buf[:0]
		for ok && len(b) > 0 && len(out)+3 <= len(buf) {
			w.group.chars[w.group.have] = b[0]
			b = b[1:]
			if w.group.have++; w.group.have < 4 {
				continue
			}
			w.group.have = 0
			out, ok = w.group.decode(out)
		}
		w.take(out, at, e)
		if !ok {
			w.lose()
		}
	}
}

// decode appends what a full group stands for.
func (g *base64Group) decode(out []byte) ([]byte, bool) {
	var bits uint32
	n := 3
	for i, c := range g.chars {
		if c == '=' && i >= 2 && (i == 3 || g.chars[3] == '=') {
			n = min(n, i-1)
			bits <<= 6
			continue
		}
		v, ok := sextet(c)
		if !ok {
			return out, false
		}
		bits = bits<<6 | v
	}
	three := [3]byte{byte(bits >> 16), byte(bits >> 8), byte(bits)}
	return append(out, three[:n]...), true
}

// sextet is the value of a character (https://www.rfc-editor.org/rfc/rfc4648#section-4).
func sextet(c byte) (uint32, bool) {
	switch {
	case 'A' <= c && c <= 'Z':
		return uint32(c - 'A'), true
	case 'a' <= c && c <= 'z':
		return uint32(c-'a') + 26, true
	case '0' <= c && c <= '9':
		return uint32(c-'0') + 52, true
	case c == '+':
		return 62, true
	case c == '/':
		return 63, true
	}
	return 0, false
}
