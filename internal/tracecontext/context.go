// Package tracecontext finds out what a request's header fields say of where
// it comes from: the span context that its sender put there, in any of the
// formats of Format, and the request id that a proxy or an application gave it.
//
// A parser hands all fields of a head to a Reader, which passes over those that
// carry neither in a few nanoseconds, and takes the answer at the head's end.
//
// # What counts
//
// A context has a trace id and a span id, neither of them zero. Anything that
// its format's specification does not allow makes it invalid, and so does a
// field that is there twice with different values: of two parents none is taken. An invalid
// context is none; the formats after it are tried.
//
//	format        fields                               hex digits   ids
//	tracecontext  traceparent, tracestate              lower case   128, 64 bit
//	b3            b3                                   lower case   64 or 128, 64 bit
//	b3multi       x-b3-traceid, -spanid, -sampled,     lower case   64 or 128, 64 bit
//	              -flags
//	jaeger        uber-trace-id                        any case     up to 128, up to 64 bit
//	datadog       x-datadog-trace-id, -parent-id,      decimal      64 bit; the other half of
//	              -sampling-priority, -tags                         the trace id in a tag
//	sw8           sw8                                  any case     strings, converted
//	xray          x-amzn-trace-id                      lower case   128, 64 bit
//
// A shorter trace id is padded with zeros on the left, as OpenTelemetry's
// propagators do.
package tracecontext

// The bits of trace-flags
// (https://www.w3.org/TR/trace-context-2/#trace-flags).
const (
	// Sampled: the sender records the trace.
	Sampled = 0x01
	// Random: the right half of the trace id is random. Only W3C's format says so.
	Random = 0x02
)

// Context is a span context that came over the wire. The zero value is none.
type Context struct {
	TraceID [16]byte
	SpanID  [8]byte
	// Flags is the trace-flags byte: Sampled and Random.
	Flags byte
	// State is the tracestate, verbatim after validation; empty when absent or invalid.
	State string
	// Format is the header format that the context came in; empty for none.
	Format Format
	// Deferred says that the sender left the sampling decision to the receiver
	// (B3 without a sampling state, for one); Flags then has the sampled bit set.
	Deferred bool
}

// Valid tells whether there is a context at all.
func (c *Context) Valid() bool { return c.TraceID != [16]byte{} }

// whole tells whether both ids are there.
func (c *Context) whole() bool { return c.TraceID != [16]byte{} && c.SpanID != [8]byte{} }

// sample sets what the sender decided: '1' to record, '0' not to. For another
// answer it gives false.
func (c *Context) sample(b byte) bool {
	if b == '1' {
		c.Flags = Sampled
	}
	return b == '0' || b == '1'
}

// deferSampling notes that the sender decided nothing.
func (c *Context) deferSampling() {
	c.Flags, c.Deferred = Sampled, true
}
