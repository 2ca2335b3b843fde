// Package dns turns DNS over UDP and over TCP, on any port, into exchanges.
//
// # What is recognised
//
// Messages of RFC 1035 with one question (RFC 9619), with the opcodes QUERY,
// IQUERY, STATUS, NOTIFY (RFC 1996) and UPDATE (RFC 2136), the extension
// mechanism of RFC 6891 (for the upper bits of the response code), zone
// transfers over TCP (RFC 5936, RFC 1995), pipelining and answers out of order over TCP
// (RFC 7766). Names are shown as in master files (RFC 1035 section 5.1, RFC 4343
// section 2.1): the case as sent, without the trailing dot, the root as ".",
// a byte that is no printable ASCII as \DDD, and a backslash before dots inside a
// label, backslashes and quotes.
//
// # Which response belongs to which query
//
// Of one socket and one peer: the one with the same id and the same question,
// compared without case, because resolvers randomise it (the "0x20" trick).
// Servers may leave out the question (after an error, or in later
// messages of a transfer): then the id decides alone.
//
// A retry with the same id and question is an exchange of its own, and a
// response ends the most recent attempt that is still without one. What makes
// clients retry is nearly always a lost packet, and then the latest attempt is
// the one that was answered. Should the server answer more than once, the
// further responses end the earlier attempts, the latest first.
//
// A query that nothing answers ends
//   - with proto.Timeout, when the same question was asked again with the same
//     id (the client's own timer ran out), when anything seen later on this
//     connection is more than Config.Timeout younger, or when nothing at all
//     followed for as long as the flow table waits (proto.Idle);
//   - with proto.NotObserved instead, when bytes towards the client were lost in
//     the meantime, when the flow was given up here (proto.Expired), or when the
//     parser gave up;
//   - with proto.ConnectionReset or proto.ConnectionClosed, when the socket was
//     reset or closed first. A resolver that opens a socket per query ends its
//     unanswered queries so: when it closed, and why, is not told.
//
// A parser has no timer: an idle connection's queries end when it leaves the flow
// table, over UDP after 30 seconds.
//
// # What is not
//
//   - Multicast DNS (RFC 6762) and NetBIOS names (RFC 1002) share the format. They
//     are told apart by content: the unicast-response and cache-flush bit in
//     the class, several questions or none, an id of zero without recursion below
//     .local or .arpa; the type NB, or NBSTAT with an encoded name. LLMNR (RFC
//     4795) cannot be told from a query to an authoritative server by what it
//     says, and Detect is not told the addresses.
//   - DNS Stateful Operations (RFC 8490), queries without a question
//     (RFC 7873 section 5.4), and both peers asking over one pair of ports. They are
//     counted as lost.
//   - DNS over TLS, HTTPS or QUIC: encrypted.
//
// # Attributes of our own
//
//	beyla.dns.question.type      the type asked for: A, HTTPS, TYPE65280
//	beyla.dns.operation          the operation, unless it is QUERY: NOTIFY, UPDATE
//	beyla.dns.response_code      NOERROR, NXDOMAIN, BADVERS, RCODE12; absent without a response
//	beyla.dns.response.messages  how many messages a zone transfer took
//
// The span name is "DNS" and the type, or the operation; never the name asked
// for. dns.answers holds, besides addresses, what CNAME, DNAME, NS, PTR, MX, SRV, SOA,
// TXT and HINFO records say; other types, and the contents of zone transfers, are
// left out. What counts as an error is said at Describe.
//
// # Limits
//
// Per connection Config.MaxOutstanding queries; a message of 64 KiB per direction
// while it is being put together (TCP); MaxAnswers answers of one response, 4
// KiB of text together, texts (TXT, HINFO) cut after 255 bytes; names of 255
// octets, 64 compression pointers each of which must point further back. Over TCP a
// connection is given up after three malformed messages in a row.
package dns
