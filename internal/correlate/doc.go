// Package correlate gives every exchange its place in a trace: a trace id, a
// span id, and a parent where there is hard evidence of one. A wrong parent is
// worse than none, so there are two kinds of evidence, and nothing else:
//
//   - wire: the request carries a valid traceparent
//     (https://www.w3.org/TR/trace-context-2/).
//   - flow: both ends of the connection are sockets of this host. The first packet
//     of a message shows the same sequence and acknowledgement numbers at both,
//     across network namespaces, DNAT and masquerade.
//
// # What joins what
//
//	span of the SDK or proxy that wrote the header, if there is one
//	└── client span (the client's end of the connection): wire
//	    └── server span (the server's end): flow
//
// Where only one end is seen here, its span is the child of the header's span, or a
// root. A server span waits until its client span is emitted; if that never is (its end was left
// out by a rule, or its response not seen), the server span takes its place: no
// span has a parent that does not exist.
//
// Both ends must have read the same traceparent, and the request must have
// arrived after it was sent, within seconds. Two requests with the same numbers are nobody's parent.
// Datagrams have no numbers, so both ends of a DNS query over UDP are roots.
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
