package http1

// terminator looks for the end of a chunked body whose framing was lost. Its
// value is how much of lastChunk was matched.
type terminator uint8

const lastChunk = "\r\n0\r\n\r\n"

// fallback is how much of lastChunk is matched when the byte after i matched
// ones is another (Knuth, Morris, Pratt).
var fallback = [len(lastChunk)]terminator{0, 0, 0, 0, 1, 2, 1}

// feed gives how many bytes of b belong to the body, and whether it ends there.
func (t *terminator) feed(b []byte) (n int, over bool) {
	for i, c := range b {
		for *t > 0 && c != lastChunk[*t] {
			*t = fallback[*t]
		}
		if c == lastChunk[*t] {
			*t++
		}
		if int(*t) == len(lastChunk) {
			*t = 0
			return i + 1, true
		}
	}
	return len(b), false
}
