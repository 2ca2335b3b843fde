// Package http1 turns the bytes of a connection into HTTP/1.0 and HTTP/1.1
// exchanges (RFC 9112, https://www.rfc-editor.org/rfc/rfc9112) and describes
// them as the HTTP semantic conventions 1.43.0 say
// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
//
// # What is recognised
//
// HTTP is told by its first line, on any port, in either direction, so that a
// capture may begin in the middle of a connection. All methods of the IANA
// registry are known; another token becomes "_OTHER" with
// http.request.method_original. Lines may end in LF alone, blank lines before a
// message are skipped, folded fields are unfolded, names match in any case.
//
// Every request gives one exchange, with its own response: keep-alive,
// pipelining, 1xx before the final response, HEAD, 204, 304, chunked bodies,
// bodies ended by close, and responses that begin before their request is whole. An
// interim response is part of no exchange's figures: Response speaks of the final one.
//
// An exchange is done with its response. What still comes of its request then
// (a body that the server refused) belongs to nobody and counts as opaque.
//
// A request's span context is read in the formats of Config.Formats, its id from the
// first of Config.RequestIDHeaders that is there; internal/tracecontext says how.
//
// # What is not captured
//
// Bodies are counted, never kept. Where bytes are missing:
//   - in a head: what was read of it stands, and the half is Truncated. Its
//     end is unknown; a request then ends where its response begins, a
//     response where the next request does.
//   - in a body of known length: nothing is lost, the count goes on.
//   - in a chunked body: within one chunk nothing is lost; beyond it the body's
//     size is unknown, and its end is the terminator "\r\n0\r\n\r\n" when that
//     is fed, else the next request, else the end of the connection.
//   - where a message should begin: what was hidden is lost and counted; the
//     parser goes on at the next message. Requests that may have been hidden make
//     later pairs uncertain, so while they may be outstanding no response is
//     paired at all; on a pipelined connection that is for good.
//
// # Streams
//
// After 101 and after CONNECT's 2xx the exchange ends with the response's
// head, carries proto.MarkStream, and the connection is let go. Its span says beyla.stream = true
// and beyla.stream.kind = "upgrade" or "connect". A response of text/event-stream
// lasts as long as it lasts, and says "event_stream".
//
// # Attributes of our own
//
//	beyla.head.truncated  true when a head was longer than what was captured
//	beyla.stream          true for the streams above
//	beyla.stream.kind     upgrade, connect or event_stream
//
// error.type holds the status code of a failed exchange, or the proto.Fault
// of one that is not whole. The fault response_not_observed says that we lost sight, not that
// anything failed, and leaves the span's status unset.
//
// # Limits
//
// HTTP/0.9 is not recognised. A head is read up to Config.MaxHead bytes; a
// connection holds up to Config.MaxPipeline requests without response. A syntax error
// skips the rest of the message; three in a row end the parser's interest in the connection.
package http1
