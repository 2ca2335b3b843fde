package tracecontext

import "bytes"

// Positions in a traceparent of version 00: version "-" trace-id "-" parent-id "-" trace-flags
// (https://www.w3.org/TR/trace-context-2/#traceparent-header-field-values).
const (
	traceIDAt     = 3
	spanIDAt      = 36
	flagsAt       = 53
	parentLen     = 55
	knownFlags    = 0x03 // sampled and random; the others are reserved and not passed on
	versionFuture = 0xff // never valid
)

// Parse reads the values of a request's traceparent and tracestate. Without a
// valid traceparent there is no context, whatever tracestate says; an invalid
// tracestate costs only itself. A request with several tracestate fields hands
// them over joined by commas, one with several traceparents has none.
//
// The values come without surrounding white space. Nothing of them is kept.
func Parse(traceparent, tracestate []byte) (Context, bool) {
	c, ok := parseParent(traceparent)
	if !ok {
		return Context{}, false
	}
	c.State = parseState(tracestate)
	return c, true
}

func parseParent(b []byte) (c Context, ok bool) {
	if len(b) < parentLen || b[traceIDAt-1] != '-' || b[spanIDAt-1] != '-' || b[flagsAt-1] != '-' {
		return c, false
	}
	var version, flags [1]byte
	if !decode(version[:], b) || version[0] == versionFuture {
		return c, false
	}
	// A later version may carry more fields, after another dash.
	if len(b) > parentLen && (version[0] == 0 || b[parentLen] != '-') {
		return c, false
	}
	if !decode(c.TraceID[:], b[traceIDAt:]) || !decode(c.SpanID[:], b[spanIDAt:]) || !decode(flags[:], b[flagsAt:]) {
		return c, false
	}
	c.Flags = flags[0] & knownFlags
	return c, c.TraceID != [16]byte{} && c.SpanID != [8]byte{}
}

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

func nibble(b byte) byte {
	switch {
	case '0' <= b && b <= '9':
		return b - '0'
	case 'a' <= b && b <= 'f':
		return b - 'a' + 10
	}
	return 0xff
}

// trim takes the optional white space of the grammar from both ends.
func trim(b []byte) []byte { return bytes.Trim(b, " \t") }
