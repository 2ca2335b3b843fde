// Package tlshello reads what the two ends of a TLS connection say in plain text:
// ClientHello, ServerHello, alerts, and the types and lengths of the records
// (RFC 8446, RFC 5246, and SSL 3.0 of RFC 6101). It decrypts nothing and checks no certificate.
//
// # What is read
//
// A Reader follows the records of both directions. Of the handshake's messages it
// keeps the hello of each end, which may be split over records and over calls, in at
// most 16 KiB; of one that is longer it reads nothing. All else is passed over by its length.
//
//	version      supported_versions of the ServerHello, else its legacy version. The drafts
//	             of TLS 1.3 (0x7f.., 0x7e..) count as 1.3
//	server name  host_name of the client's server_name (RFC 6066, section 3): lower case, at most
//	             253 letters, digits, hyphens, underscores and dots in labels of 63; an
//	             address, which RFC 6066 forbids, or anything else is left out
//	ALPN         what the client offers (RFC 7301), and what the server chose, if it said so in
//	             plain text: up to TLS 1.2. Values reserved by RFC 8701 (GREASE), and what is not
//	             printable ASCII, are left out; 16 are kept
//	cipher       the name that IANA registered; of rare ones the number ("0xC0A1")
//	resumed      up to TLS 1.2 the client's session id comes back, or the server changes its cipher
//	             before the client does; in TLS 1.3 the server accepts a pre-shared key
//	alert        the first fatal alert that is not encrypted. What goes wrong once keys are agreed
//	             upon (in TLS 1.3: a certificate that is not trusted) is encrypted and not seen
//
// # When a connection is established
//
// Up to TLS 1.2 when both ends have sent ChangeCipherSpec and a record behind it. In TLS 1.3 when the
// client sends an encrypted record after the ServerHello, which is its Finished, unless it
// is as short as only an alert is. If an alert may be what the server answers to that, it is
// not known. A connection that ends in the middle of all that was not established; where bytes
// of it were missing, nobody knows. Early data (0-RTT) that the client sends after
// the ServerHello was seen is taken for its Finished.
//
// # Where TLS begins
//
// With a ClientHello or ServerHello, at the start of a message of the tap's (what one end sends
// until the other one does), be it the first or, as after STARTTLS, a later one. A connection that was
// open before is told by records that follow one upon the other; then there are no hellos.
// SSL 2.0, and hellos in its format, are not TLS.
package tlshello
