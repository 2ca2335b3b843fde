// Package tracecontext reads W3C Trace Context, level 2
// (https://www.w3.org/TR/trace-context-2/), from header values.
package tracecontext

// Context is a span context that came over the wire. The zero value is none.
type Context struct {
	TraceID [16]byte
	SpanID  [8]byte
	// Flags is the trace-flags byte: 0x01 sampled, 0x02 random.
	Flags byte
	// State is the tracestate, verbatim after validation; empty when absent or invalid.
	State string
	// Format is the header format that the context came in; empty for none.
	Format Format
	// Deferred says that the sender left the sampling decision to the receiver
	// (B3 without a sampling state, for one); Flags then has the sampled bit set.
	Deferred bool
}

// Format is a way to write a context into headers, by the name that
// OTEL_PROPAGATORS knows it by where it has one there.
type Format string

// Valid tells whether there is a context at all.
func (c *Context) Valid() bool { return c.TraceID != [16]byte{} }
