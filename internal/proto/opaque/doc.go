// Package opaque makes exchanges of TCP connections that nobody can read: TLS, and whatever no
// other protocol claims. It tells who talked with whom, when, how much, and what the
// hellos of TLS say in plain text (package tlshello); payload it has none.
//
// # What is recognised
//
// Detect claims TLS, and nothing else: a ClientHello, a ServerHello, or, on a connection that was open
// before, records that follow one upon the other. The parser reads any TCP
// connection, so that the pipeline may give it those that nobody claims; while it sniffs on, the parser is
// provisional (proto.Provisional). TLS that begins later (STARTTLS) is recognised at the start of a
// message, among the first 8.
//
// Exchange.Protocol is "tls" or "tcp", and so is the span's name.
//
// # Mode Connection
//
// One exchange is one connection, from its first byte to its last. It is a stream from the
// beginning (proto.MarkStream, Sink.Streams). The request is what went to the server, the response what
// came back. The connection's end is no message's, so neither half is ever Whole.
//
// The exchange opens with the client's first byte, and Request.Origin is that byte's message's, which both
// ends see alike. Where the server speaks first (SSH, SMTP, MySQL), its greeting is counted,
// but it is still the client's first byte that opens the exchange and that the span begins with: only so does the client's
// end come first, as who looks for a parent by the flow's key must find it, and only then is known which
// thread of the client talks. If the client says nothing within a second of the
// greeting (of which the next byte, or the end, tells), the exchange opens without it: then its origin and
// beginning are the greeting's, and such connections have no parent by key.
//
// # Mode Turn
//
// One exchange is what the client says until the server does, and what the server says until the client
// does again: right for protocols of requests and responses, nothing for those that talk at once. It is done when the
// next one begins or the connection ends. No stream. What the server says before the client has
// said anything, a greeting, or the rest of a response from before the start, belongs to no turn and is lost
// as proto.LostNoRequest.
//
// The handshake of TLS is turns of its own, marked beyla.tls.handshake: those in which the client sends
// no data of its application. In TLS 1.3 the first encrypted record that the client sends is no
// such data but its Finished; if more follows before the server speaks, it is a turn of
// the application's (a client that shows a certificate sends more, too).
//
// What only says goodbye (close_notify, and an answer alike) is no turn, but proto.LostControl. In TLS 1.3 it is
// told by its length, which two bytes of data have, too: they are a turn only if the answer is longer. A goodbye, or
// anything else, that the server adds to its answer later prolongs the turn.
//
// # Errors
//
//	tls_alert_<name>   a fatal alert that was sent in plain text: the handshake failed
//	connection_reset   RST. One that comes after a FIN is none: ends that have nothing more to say close so.
//	                   In mode Turn only the turn that has had no answer was reset
//
// Nothing else is an error: that a connection was closed, fell silent, or that nobody answered
// says nothing of what it was for. A turn without an answer when the receiver stops is response_not_observed.
//
// # Attributes
//
//	server.address           the name in the ClientHello, else the socket's address
//	tls.*, beyla.tls.*       as package tlshello says
//	beyla.opaque             "connection" or "turn"
//	beyla.bytes.sent, beyla.bytes.received
//	                         bytes of payload from the span's own side, captured or not, retransmissions once
//	beyla.opaque.turns       how many messages the client sent, on connections so short that all were seen
//	beyla.stream, beyla.stream.kind
//	                         true and "connection", in mode Connection
//	beyla.stream.first_byte  ns from the client's first byte to the server's, unless the server spoke first
//	beyla.tls.handshake      true for turns of the handshake
//
// network.protocol.name is left out: what is spoken inside was not seen.
//
// If nobody knows which end is the client (Exchange.Undirected), the span is internal and has
// network.local.* and network.peer.*, but no server.*, client.* and first_byte.
//
// # What is wanted
//
// Heads of messages until the handshake is through (or has failed), for at most 16 messages; without TLS
// for 8 messages. From then on no byte: Totals in mode Connection, Turns in mode Turn.
package opaque
