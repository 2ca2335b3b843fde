// Package quic tells of QUIC connections (RFC 9000, RFC 9369) what can be told without
// their keys: who talked with whom, when, how much, and what the hellos of TLS say. These travel in
// Initial packets, whose keys follow from a connection id in the packet and a salt that everybody
// knows (RFC 9001, section 5.2). Everything else is opaque.
//
// # What is recognised
//
// The first datagram of a client's: at least 1200 bytes (RFC 9000, section 14.1) that begin with an Initial packet
// of version 1 or 2 which decrypts. Of other versions the header that all have in common (RFC 8999), with
// a version that somebody uses: IETF's, drafts', Google's, Meta's, or one that is there to be
// refused (RFC 9000, section 15). A connection that was open before is not recognised: what it
// sends looks like chance.
//
// # The exchange
//
// One exchange is one connection, told apart by addresses and ports, from its first datagram to its last.
// It is a stream from the beginning (proto.MarkStream, Sink.Streams). The request is what went
// to the server, the response what came back; neither is ever Whole, as the end of the connection is
// no message's. It ends with its socket, or, which is the normal way, when nothing passed for
// as long as the flow table waits. That is no error.
//
// Hellos are put together from CRYPTO frames in any order and number of packets and
// datagrams, up to 16 KiB of each. Coalesced packets, Retry, Version Negotiation and a change of the version
// under way (RFC 9368) are followed; a client's next try after either of the former is the
// same connection.
//
// # Attributes
//
//	server.address           the name in the ClientHello, else the socket's address
//	network.protocol.name    "quic"
//	network.protocol.version "1", "2", "draft-29", else the number: "0xfaceb002". The server's, once it
//	                         has answered with one
//	network.transport        "udp"
//	tls.*, beyla.tls.*       as package tlshello says. The protocol that the server chose is secret:
//	                         tls.next_protocol is the one that the client offered, if it offered one only and
//	                         the connection was established, which QUIC makes depend on it (RFC 9001, section 8.1)
//	tls.established          true once both ends have sent a packet with a short header, which they can with the
//	                         last keys only; false if the connection ends before that
//	beyla.quic.retry         true if the server asked the client to prove its address
//	beyla.quic.datagrams.sent, beyla.quic.datagrams.received
//	                         from the span's own side, unless datagrams were lost to the tap
//	beyla.bytes.sent, beyla.bytes.received
//	                         bytes of UDP payload from the span's own side, captured or not
//	beyla.opaque             "connection", as of TCP that cannot be read
//	beyla.stream, beyla.stream.kind
//	                         true and "connection"
//	beyla.stream.first_byte  ns from the client's first datagram to the server's
//
// error.type is tls_alert_<name>, or quic_<name> for another transport error (RFC 9000, section 20.1), if either
// end gives the connection up in an Initial packet. Later it is encrypted.
//
// # Limits
//
// A connection that migrates to another address is two, the second of which is not
// recognised; so is what a second connection between the same two sockets says after the first one:
// it counts as the same. Request and response inside are not seen.
package quic
