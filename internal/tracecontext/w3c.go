package tracecontext

// Positions in a traceparent of version 00: version "-" trace-id "-" parent-id "-" trace-flags
// (https://www.w3.org/TR/trace-context-2/#traceparent-header-field-values).
const (
	traceIDAt     = 3
	spanIDAt      = 36
	flagsAt       = 53
	parentLen     = 55
	knownFlags    = Sampled | Random // the others are reserved and not passed on
	versionFuture = 0xff             // never valid
)

// Parse reads W3C Trace Context, level 2 (https://www.w3.org/TR/trace-context-2/),
// from the values of a request's traceparent and tracestate. Without a
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
	c.State, c.Format = parseState(tracestate), W3C
	return c, true
}

func parseW3C(v *values) (Context, bool) { return Parse(v[traceParent], v[traceState]) }

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
	return c, c.whole()
}
