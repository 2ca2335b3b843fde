// Package correlate gives every exchange its place in a trace: a trace id, a
// span id, and a parent where there is hard evidence of one. A wrong parent is
// worse than none, so a parent is taken from the wire
// (https://www.w3.org/TR/trace-context-2/) or not at all.
//
// # What joins what
//
// A request that carries a valid traceparent makes both of its spans, the
// client's and the server's, children of the span named there:
//
//	span of the SDK or proxy that wrote the header
//	├── client span (client's end of the connection)
//	└── server span (server's end)
//
// The two are siblings, because nothing on the wire names the client span: the
// tap changes no byte, and whoever wrote the header knew nothing of it.
//
// # Flags
//
// The low byte of Identity.Flags is W3C's trace-flags. Of OTLP's two bits about the
// parent (https://github.com/open-telemetry/opentelemetry-proto, SpanFlags),
// HasIsRemote says that the answer is known and IsRemote what it is. For a server span
// it is known: the header came in over the connection. For a client span it is
// not: the header was written by the process's own SDK (a local parent) or handed
// on from a request that it received (a remote one), so neither bit is set. Nor
// is one on a root, which has no parent to tell about.
//
// The sampled flag of an inbound context is kept, not obeyed: leaving spans out
// is for the Collector's own samplers to decide.
package correlate
