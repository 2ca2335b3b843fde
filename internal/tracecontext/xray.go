package tracecontext

// parseXRay reads an x-amzn-trace-id field, such as
// Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1
// (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
// Load balancers write Root, and Self, into every request: without Parent there is no span,
// and no context. Sampled=? asks the receiver to decide, as does no Sampled at all.
// Other keys (Self, Lineage) are passed over.
func parseXRay(v *values) (c Context, ok bool) {
	decided := false
	for rest, more := v[amznTraceID], true; more; {
		var pair []byte
		pair, rest, more = cut(rest, ';')
		key, value, _ := cut(trim(pair), '=')
		valid := true
		switch string(key) {
		case "Root":
			valid = !c.Valid() && decodeRoot(&c.TraceID, value)
		case "Parent":
			valid = c.SpanID == [8]byte{} && decodeSpanID(&c.SpanID, value)
		case "Sampled":
			valid = !decided && len(value) == 1 && (value[0] == '?' || c.sample(value[0]))
			decided = valid && value[0] != '?'
		}
		if !valid {
			return Context{}, false
		}
	}
	if !decided {
		c.deferSampling()
	}
	if !c.whole() {
		return Context{}, false
	}
	return c, true
}

// decodeRoot reads a trace id of version 1: eight digits of the time and 24
// random ones, which together are the id
// (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids).
func decodeRoot(id *[16]byte, b []byte) bool {
	return len(b) == len("1-5759e988-bd862e3fe1be46a994272793") && b[0] == '1' && b[1] == '-' && b[10] == '-' &&
		decode(id[:4], b[2:]) && decode(id[4:], b[11:])
}
