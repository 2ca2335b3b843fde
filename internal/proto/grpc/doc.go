// Package grpc is what gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md),
// gRPC-Web (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md) and Connect
// (https://connectrpc.com/docs/protocol) say of a call, whatever version of HTTP carries it, and the
// attributes of the RPC semantic conventions 1.43.0 (https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/).
//
// # Use
//
// An exchange of HTTP embeds a Call, and its zero value is reset by assignment. In this order:
//
//	c.RequestField(name, value)     for every field of the request's head
//	c.Begin(method, target)         when that head is over: is it a call at all? If not, nothing below is of use
//	c.Suspect(method, target)       if it is none, but the head could not be read in full
//	c.Payload, c.Skipped, c.End     as the request's body passes and ends
//	c.ResponseField(name, value)    for every field of the final response's head
//	c.Respond(status)               when that head is over
//	c.Payload, c.Skipped            as the response's body passes
//	c.ResponseField(name, value)    for every field of the trailers
//	c.End                           when the response is over
//	vocabulary.Describe(view, d)    instead of httpwords.Vocabulary.Describe
//
// The two directions interleave as they please. After Payload, Skipped and End, Streams may have
// turned true: the exchange is to be marked proto.MarkStream then.
//
// # Calls
//
// By the request's content-type: application/grpc (gRPC), application/grpc-web and application/grpc-web-text
// (base64), application/connect+x (streams of Connect), each with any message format. Unary calls of Connect
// are told by the field connect-protocol-version, or by connect=v1 in the query of a GET; one that has
// neither cannot be told from plain HTTP and is left to it.
//
// Where HTTP/2 has a head of which only a part can be read (the connection was open before), the content-type is
// mostly in the other part. Such a request is a suspect: it becomes a call of gRPC with the first grpc-status, or as soon as both
// bodies have proved to be messages and nothing else. Its method may stay unknown; then there is "_OTHER" without an original.
//
// The method is the path's two segments, of gRPC-Web and Connect the last two, as proxies may mount them below
// a prefix. A path that has no such segments, or more than 256 bytes of them, gives "_OTHER" with rpc.method_original,
// and so does a server span of a call that was answered UNIMPLEMENTED: the server did not know the method.
//
// # Status
//
// rpc.response.status_code is the name of the code that was seen in grpc-status (in the trailers,
// in a response that is nothing but a head, in the last frame of gRPC-Web) or in the JSON of a Connect error, in Connect's own
// spelling. Connect has no word for success, so there is no attribute then.
//
// A response of another status than 200 without a code comes from something that is no RPC server, a proxy
// mostly. Clients infer a code from the HTTP status, by a table that both protocols share: the client's
// span has that code, the server's has none, and both have http.response.status_code. Where a Connect
// error's JSON was there but could not be read (compressed, not captured) nothing is inferred, as it may say otherwise.
//
// The codes that are errors are those of the conventions: all but OK at the client's end; at the server's
// UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE and DATA_LOSS. error.type is the code's name. Where none was
// seen it is the fault's (see proto.Fault), the HTTP status, "status_missing" if a whole response of 200 came without a code, or
// at the client's end "_OTHER" for an error of Connect whose code could not be read. A client that gives a call up
// (View.Cancelled) is no error of the server's. What a client makes of its own deadline cannot be seen.
//
// # Attributes of our own
//
//	beyla.rpc.timeout               ns, the time limit that the client asked for (grpc-timeout, connect-timeout-ms)
//	beyla.stream                    true for calls that are known to be streams, with
//	beyla.stream.kind               "grpc" (gRPC-Web too) or "connectrpc",
//	beyla.stream.first_byte         ns from the request's first byte to the response's first,
//	beyla.stream.messages.sent      by the span's own end, and
//	beyla.stream.messages.received  by it; each only if it is known
//	beyla.head.truncated            true when a head was longer than what was captured
//
// # Streams
//
// Whether a method is unary is written in a file that nobody sends. A call is a stream when
//   - Connect's content-type says so;
//   - a second message was seen in either direction;
//   - it succeeded with a number of messages other than one in either direction;
//   - a direction went on for more than a second after its only message was over, as no unary call does.
//
// A unary call that failed has no response message and is none. A server's stream of exactly one message that ends
// at once cannot be told from a unary call, and is not marked.
//
// # Limits
//
// Messages are counted when they are over, from their length prefixes. Bytes that were not captured may lie
// inside a message; if they reach beyond its end the count is unknown for good, and so it is for base64 and for bodies that
// HTTP's content-encoding hides. Metadata (rpc.request.metadata.x, rpc.response.metadata.x) are the header fields that
// the configuration of HTTP names, and no others. grpc-message is free text of the application's and is not kept.
package grpc
