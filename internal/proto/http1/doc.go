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
// An exchange that lasts for reasons of its own carries proto.MarkStream, and the sink is told
// (Streams) when its response's head is there. beyla.stream.kind says what it is:
//
//   - websocket: 101 with Upgrade: websocket. It is over once both sides have sent a Close frame, or with the
//     connection. Frames are counted by internal/proto/websocket. The kernel is asked for every packet (proto.All):
//     servers push one frame after the other without the direction ever turning, and the start of such a run tells
//     nothing of the frames behind it. What it does not copy of a long packet lies inside one payload mostly, and then loses
//     nothing. Once frames may have been missed in a direction, its count is unknown for good, and for that
//     direction the kernel is asked for totals only. That may happen right at the beginning, to frames that pass before the
//     kernel has heard (some 10 ms), if they are more than the window.
//   - upgrade: 101 to anything else that Config.Next does not take. It is as long as the connection, and its bytes are counted.
//   - connect: the same behind CONNECT's 2xx. What is inside goes to Config.Next, whose exchanges
//     are told of besides the tunnel's. Bytes that nobody reads count as opaque.
//   - event_stream: a response of text/event-stream.
//   - long_poll: the request asked for the answer to be held back (httpwords.Words.IsLongPoll).
//   - chunked: a response whose content type says that it comes piece by piece and whose length nothing says
//     (httpwords.IsSequence); and any chunked one whose body has taken more than a second, from its first byte on.
//
// Whatever a client sends before the answer to an Upgrade or a CONNECT is not known to belong to
// either protocol: a WebSocket's messages and a tunnel's bytes are then unknown in that direction, and nobody looks inside.
//
// 101 with Upgrade: h2c makes Config.Next take the connection over. The request is answered there, on stream 1, and its
// span has the status of that response; network.protocol.version stays the request's.
//
// # Calls
//
// Requests of gRPC-Web and Connect are described by internal/proto/grpc instead. Of their bodies what was
// captured is looked at; the rest is skipped.
//
// # Attributes of our own
//
//	beyla.head.truncated            true when a head was longer than what was captured
//	beyla.stream                    true for the streams above
//	beyla.stream.kind               as above
//	beyla.stream.first_byte         ns from the request's first byte to the response's first
//	beyla.stream.messages.sent      of a WebSocket, by the span's own end, and
//	beyla.stream.messages.received  by it: messages that were whole, if none was missed
//	beyla.bytes.sent                of a tunnel or upgrade, by the span's own end, and
//	beyla.bytes.received            by it, if they are known
//	beyla.websocket.close_code      of the first Close frame; 1005 stands for none
//
// # Errors
//
// error.type holds the status code of a failed exchange, or the proto.Fault
// of one that is not whole. The fault response_not_observed says that we lost sight, not that
// anything failed, and leaves the span's status unset.
//
// A stream that may end with the connection is whole when it does, unless by a reset. A WebSocket may not: without a
// Close frame from either side it was torn (RFC 6455 calls that abnormal, 1006), and has the connection's
// fault. With one, how the connection ends is no matter, and the first code decides: 1000, 1001, none, and those of
// applications (3000 and up, whose meaning is theirs) are no errors. Of the others error.type is
// "websocket_close_" and the code. Who it blames follows the rule of HTTP's status codes: the
// server's failure is an error at both ends, the client's at the client's. 1002, 1003 and 1007 to 1010 blame
// the one that they were sent to, the rest the sender.
//
// # Limits
//
// HTTP/0.9 is not recognised. A head is read up to Config.MaxHead bytes; a
// connection holds up to Config.MaxPipeline requests without response. A syntax error
// skips the rest of the message; three in a row end the parser's interest in the connection.
package http1
