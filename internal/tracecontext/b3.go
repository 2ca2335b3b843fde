package tracecontext

// parseB3 reads a b3 field as OpenTelemetry's propagators do
// (https://opentelemetry.io/docs/specs/otel/context/api-propagators/#b3-requirements). One that
// holds a sampling state alone ("0") names no span, and is no context.
func parseB3(v *values) (c Context, ok bool) {
	trace, rest, _ := cut(v[b3Single], '-')
	span, rest, more := cut(rest, '-')
	if !decodeTraceID(&c.TraceID, trace) || !decodeSpanID(&c.SpanID, span) || !c.whole() {
		return Context{}, false
	}
	if !more {
		c.deferSampling()
		return c, true
	}
	state, parent, hasParent := cut(rest, '-')
	if len(state) != 1 || state[0] != 'd' && !c.sample(state[0]) {
		return Context{}, false
	}
	if state[0] == 'd' { // debug is a forced decision to record
		c.Flags = Sampled
	}
	var ignored [8]byte
	if hasParent && !decodeSpanID(&ignored, parent) {
		return Context{}, false
	}
	return c, true
}

// parseB3Multi reads the x-b3 fields
// (https://github.com/openzipkin/b3-propagation#multiple-headers). The parent's
// parent is not looked at.
func parseB3Multi(v *values) (c Context, ok bool) {
	if !decodeTraceID(&c.TraceID, v[b3TraceID]) || !decodeSpanID(&c.SpanID, v[b3SpanID]) || !c.whole() {
		return Context{}, false
	}
	// Tracers of before the specification write true and false.
	switch state := v[b3Sampled]; {
	case len(state) == 0:
		c.deferSampling()
	case len(state) == 1 && c.sample(state[0]), is(state, "false"):
	case is(state, "true"):
		c.Flags = Sampled
	default:
		return Context{}, false
	}
	if string(v[b3Flags]) == "1" { // debug; other values have no meaning
		c.Flags, c.Deferred = Sampled, false
	}
	return c, true
}
