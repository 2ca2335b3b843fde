// Package fastcgi turns the bytes of a connection into FastCGI exchanges
// (FastCGI 1.0, https://fastcgi-archives.github.io/FastCGI_Specification.html):
// what a web server asks of PHP-FPM or another application server behind it. The
// requests are HTTP requests in another dress, so the spans follow the HTTP semantic
// conventions 1.43.0 (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
//
// # What is recognised
//
// A connection is told by a BEGIN_REQUEST record, or by GET_VALUES with one of the
// specified names, on any port; one that was open before is told by its next
// request. All three roles, parameters and bodies in any number of records,
// connections that are kept, requests multiplexed on one connection by their ids,
// ABORT_REQUEST, and responses that begin before their request is whole.
//
// # What becomes of the parameters
//
//	REQUEST_METHOD                          http.request.method
//	REQUEST_URI, else SCRIPT_NAME+PATH_INFO and QUERY_STRING
//	                                        url.path, url.query, url.full
//	REQUEST_SCHEME, else HTTPS              url.scheme; without either it is http (RFC 3875 knows HTTPS only)
//	HTTP_HOST, else SERVER_NAME             server.address; with SERVER_PORT, where the former names no port
//	REMOTE_ADDR, REMOTE_PORT                client.address, client.port: who asked the web server
//	HTTP_USER_AGENT                         user_agent.original, and the mark of a health probe
//	SCRIPT_FILENAME                         code.file.path, on the server's span: the script that runs there
//	HTTP_*, CONTENT_TYPE, CONTENT_LENGTH    http.request.header.<name>, where Config.Words asks for it
//	HTTP_TRACEPARENT and its like           the request's context and id (package tracecontext): the
//	                                        parameters HTTP_* are its header fields, as the script sees them
//
// server.address is the host that was asked for, at both ends, as for a
// proxied HTTP request; network.peer.address is the other end of the socket.
//
// network.protocol.name is "fastcgi": the conventions ask for the name of what is
// spoken on this connection, if that is not http. What the browser spoke with the
// web server (SERVER_PROTOCOL) is on the web server's own span. There is one version
// of FastCGI, so network.protocol.version is left out.
//
// The status is that of the Status field; without one it is 302 beside a Location,
// else 200 (https://www.rfc-editor.org/rfc/rfc3875#section-6.2).
//
// # What is not captured
//
// Bodies are counted, never kept. Where bytes are missing:
//   - inside a record: the count goes on, its header told the length. A hole in
//     the parameters or in the response's head costs what follows in it; the
//     half is Truncated.
//   - beyond the record's end: nobody knows where the next one begins. The body's
//     size is unknown, except a request's whose CONTENT_LENGTH was announced and
//     has passed. The response then ends with an END_REQUEST record that is fed,
//     else with the next request, else with the end of the connection. Where the response is
//     text, its end is known from the last eight bytes that the tap's progress
//     shows: such a record's content begins with zeros, which are nowhere else in
//     records that are padded to multiples of eight bytes.
//   - where a response should begin: the requests in flight are not observed.
//
// Either direction is read again from the next message of the tap's that begins with a record.
//
// # Attributes of our own
//
//	beyla.head.truncated     true when the parameters or the response's head were not seen whole
//	beyla.stream             true for a response of text/event-stream, with
//	beyla.stream.kind        event_stream, and
//	beyla.stream.first_byte  ns from the request's first byte to the response's first
//	beyla.fastcgi.role       authorizer or filter; absent for a responder
//	beyla.fastcgi.app_status the application's exit status, unless it is 0
//
// error.type holds the status code of a failed exchange, or the proto.Fault of one
// that is not whole, or
//
//	aborted           the web server sent ABORT_REQUEST
//	cant_mpx_conn, overloaded, unknown_role
//	                  the application refused the request (the protocol status)
//	no_response       the request was ended without a byte of response
//
// # Limits
//
// Of the parameters the first Config.MaxHead bytes are read, and of the response's
// head; a connection holds up to Config.MaxOpen requests. Three syntax
// errors in a row end the parser's interest in the connection. Management records
// (GET_VALUES and the like) and what the application writes to STDERR are no
// part of any span. The response to a request multiplexed with others is lost when bytes are lost
// before it begins. A field's own
// underscores are dashes in its name: the parameters do not tell them apart.
package fastcgi
