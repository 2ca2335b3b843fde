// Package http2 turns the bytes of a connection into HTTP/2 exchanges (RFC 9113,
// https://www.rfc-editor.org/rfc/rfc9113), one per stream, and describes them as the HTTP
// semantic conventions 1.43.0 say (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
//
// # What is recognised
//
// A connection is told by the client's preface, by the settings that a server begins with, or, if it was open before,
// by frames that follow one another up to a head in which a request's or a response's pseudo-headers stand.
// Frames without one look the same in both directions, and do not tell who the client is. A connection
// that began in HTTP/1 and was upgraded (h2c) is taken over with Protocol.Upgraded; the response to the
// request that asked for it is stream 1, and belongs to that request's span.
//
// All frames are read, in any split: header blocks in CONTINUATION, padding, priorities, trailers, interim (1xx)
// responses, which are part of no exchange's figures. Extensions' frames are passed over.
// Header blocks are decoded by package hpack. How large a table is follows from the blocks themselves, so
// that SETTINGS_HEADER_TABLE_SIZE, from when on it holds and when it was acknowledged, need not be known.
//
// # Exchanges
//
// An exchange is opened at the end of the request's header block and is done when both halves of its
// stream have ended, or one of these:
//   - RST_STREAM: after the whole response, with whatever code, it takes nothing from it (a server that
//     does not want the rest of the body sends NO_ERROR). Else its code is the fault.
//   - GOAWAY of the server's, for the streams that it will not take up, those that begin later among them.
//   - the end of the connection, see proto.Fault. A response that was whole by then stays one.
//
// Request.Origin is where the request's HEADERS frame begins, with the acknowledgement number of the packet that
// brought it. Body sizes are those of DATA without padding. Wire counts the frames of the stream; frames that say nothing of
// the exchange (WINDOW_UPDATE, PRIORITY, and all of stream 0) are in no exchange's figures.
//
// What a server pushes gives no span: nobody has asked, the conventions have no word for it, and clients do without it.
// PUSH_PROMISE is read for the sake of the table, and the pushed response counts as one without a request.
//
// # Streams
//
// Marked as package httpwords says: event streams, sequences of no announced length and bodies of no announced
// length that take more than a second ("chunked"), answers that are held back because the client asked for it
// ("long_poll"). A successful CONNECT is a tunnel ("connect"), whose DATA are no bodies, but beyla.bytes.sent and
// beyla.bytes.received; with :protocol websocket (RFC 8441) it is a "websocket", whose messages are counted
// by package websocket. Once one of its ends has sent a Close frame it is no matter how the stream ends.
//
// # Calls
//
// Streams that are calls of gRPC, gRPC-Web or Connect are described as package grpc says instead, and their
// Exchange.Protocol is "grpc" or "connect". On a connection that was open before, a request whose content-type is unknown may prove to be a call
// only later, with its response; Exchange.Protocol changes then, between Open and Done. A call that is known to be a
// stream is told as one as soon as its response has begun. One that the client cancels is an error at the
// client's end, stream or not, as every end but OK is by the conventions of RPC.
//
// # What is not captured
//
// What is missing inside of DATA is counted exactly. Elsewhere:
//   - inside another frame: that frame is not known; the frames behind it are. Of a header block stands what
//     came before the gap, and the half is Truncated.
//   - beyond a frame's end: nobody knows where the next one begins. That is sought at the beginning of
//     every packet, where nine bytes look like the head of a frame that may come, and the next head does, too.
//     The streams that were open have bodies of no known size. A request is then over with its response. A response is under way
//     again once a frame of it is seen; until then it may have ended unseen, and is not
//     observed if the connection ends, the stream is reset, or 256 more exchanges have begun. One whose head was hidden is not
//     observed, and Truncated. The size of a body is not known either if the method is not, as it may be CONNECT.
//   - whenever a part of a header block was missed, the table is unknown from there on. A field that is indexed in what was
//     not seen is left out, and never guessed; all that refers to newer entries is known.
//
// A connection that was open before begins with two unknown tables. On such a one, or after a gap, HEADERS of a new stream
// open an exchange if they have a pseudo-header of a request's that is known: else they may be trailers. A response
// to a request that was not seen opens nothing.
//
// # Attributes of our own
//
//	beyla.headers.unknown  true when fields of the heads or trailers were indexed in a table that was not seen: no
//	                       attribute tells of those, be it method, path or status
//	beyla.head.truncated   true when a head was longer than what was captured, or than Config.MaxHead
//	beyla.stream, beyla.stream.kind, beyla.stream.first_byte, beyla.stream.messages.sent and .received,
//	beyla.bytes.sent and .received
//	                       as package httpwords says
//
// error.type holds the status code of a failed exchange, or the proto.Fault of one that is not whole, or
//
//	http2_<code>           RST_STREAM's code in lower case (http2_cancel, http2_refused_stream); http2_unknown_error for others.
//	                       Also GOAWAY's, for the streams that it leaves out, and
//	http2_goaway           if it gives no error
//	websocket_close_<code> for a WebSocket's Close frame that tells of a failure
//
// When the client cancels (CANCEL or NO_ERROR), the server has not failed: its span has the error.type, and its status
// stays unset. So does the client's for what is marked as a stream and is no call, which often has no other end.
//
// # Limits
//
// Of a head the first Config.MaxHead bytes are read, compressed or not; a connection holds up to Config.MaxOpen
// streams (others are counted), and an exchange holds up to 1024 of the tap's messages in each direction (those that its
// body goes on in count as housekeeping). Three syntax errors end the parser's interest in the connection. An idle
// connection takes some 1.4 KiB, most of it for the two tables if they are small; hpack.Decoder.Held tells.
package http2
