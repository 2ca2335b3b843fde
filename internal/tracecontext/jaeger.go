package tracecontext

import "bytes"

// parseJaeger reads an uber-trace-id field,
// {trace-id}:{span-id}:{parent-span-id}:{flags}
// (https://www.jaegertracing.io/docs/1.76/sdk-migration/#propagation-format). The
// ids are numbers in base 16 without leading zeros; some clients escape the
// colons as in a URL. The parent's parent is deprecated and not looked at. The
// debug flag means nothing without the sampled one.
func parseJaeger(v *values) (c Context, ok bool) {
	trace, rest := cutColon(v[uberTraceID])
	span, rest := cutColon(rest)
	_, flags := cutColon(rest)
	var bits [1]byte
	if !decodeNumber(c.TraceID[:], trace) || !decodeNumber(c.SpanID[:], span) || !decodeNumber(bits[:], flags) || !c.whole() {
		return Context{}, false
	}
	c.Flags = bits[0] & Sampled
	return c, true
}

// cutColon cuts b at its first colon, be it escaped or not. Without one, the
// rest is empty, which no part of the value may be.
func cutColon(b []byte) (part, rest []byte) {
	i := bytes.IndexAny(b, ":%")
	switch {
	case i < 0:
		return b, nil
	case b[i] == ':':
		return b[:i], b[i+1:]
	case len(b) > i+2 && b[i+1] == '3' && b[i+2]|0x20 == 'a':
		return b[:i], b[i+3:]
	}
	return b, nil // another escape: no digit, so that the part is refused
}
