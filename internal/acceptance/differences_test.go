//go:build linux && (amd64 || arm64)

package acceptance

import "slices"

// httpDifferences and dnsDifferences hold every capture of which the oracle
// (tshark 4.0, of Debian 12) and the receiver say different things, each with the
// reason, which was read in the capture.
var httpDifferences = map[string]difference{
	"http/261-variant-03-cl_negative.pcap": {
		theirs: []string{"GET target /smuggled-cl-negative"},
		reason: "Content-Length is -1: where the message ends is unknown, and what follows may be its body. " +
			"RFC 9112 section 6.3 calls that unrecoverable, so no second request is made of it.",
	},
	"http/261-variant-09-te_obs_fold.pcap": {
		ours: []string{"GET target /smuggled-obsfold"},
		reason: "Transfer-Encoding is folded onto a second line, which tshark does not unfold (RFC 9112 section 5.2). " +
			"The body is chunked, ends after its first chunk, and a second request follows.",
	},
	"http/concurrent-range-requests.pcap": {
		theirs: []string{"GET speed.hetzner.de /100MB.bin"},
		ours:   []string{"GET speed.hetzner.de /100MB.bin 206"},
		reason: "A segment of one body came late, behind those after it: tshark does not put it in its place unless told to.",
	},
	"http/content-range-gap.pcap": {
		theirs: []string{"GET s0.cyberciti.org /images/misc/static/2012/11/ifdata-welcome-0.png"},
		ours:   []string{"GET s0.cyberciti.org /images/misc/static/2012/11/ifdata-welcome-0.png 206"},
		reason: "One segment of the body is missing. tshark never finishes the response; its length is known, so the receiver does.",
	},
	"http/curl_http_09.pcap": {
		theirs: []string{"GET localhost /zeek.html"},
		reason: "The answer is a bare document as in HTTP/0.9, which is not recognised. A request whose answer was not " +
			"understood becomes no span; it is counted.",
	},
	"http/entity_gap2.pcap": {
		theirs: []string{"GET bro.org /download/CHANGES.bro-aux.txt"},
		ours:   []string{"GET bro.org /download/CHANGES.bro-aux.txt 200"},
		reason: "As in content-range-gap.pcap: one segment of a body of known length is missing.",
	},
	"http/http-09-content-length-confusion.pcap": {
		theirs: []string{"GET - / 200"},
		reason: "The server speaks before it is asked, and then the request comes, without a version (HTTP/0.9). " +
			"tshark pairs what cannot be a pair.",
	},
	"http/http-lower-case-nonstandard-port.pcap": {
		theirs: []string{"GET 146.190.62.39 /index.html"},
		ours:   []string{"GET 146.190.62.39 /index.html 200"},
		reason: "The status line begins with http/1.1 in lower case, which tshark does not take for a response.",
	},
	"http/http-single-conn-22.pcap": {
		ours:   []string{"GET 192.168.0.1 / 200"},
		reason: "HTTP on port 22: tshark goes by the port and reads SSH.",
	},
	"http/methods.pcap": {
		theirs: methodsOfTheOracle,
		reason: "49 connections, each with one request, most of them malformed on purpose: no version, \"HTTP/1.\", no target, " +
			"no space before the target or the version, a method beyond ASCII. tshark guesses at some. The " +
			"receiver makes spans of the well-formed ones, and counts the other requests and their responses.",
	},
	"http/multipart-form-data.pcap": {
		theirs: []string{"POST localhost /"},
		reason: "The capture ends after the request: there may have been a response. The request is counted, not told.",
	},
	"http/no-uri.pcap": {
		theirs: []string{"GET bro.org HTTP/1.1 200"},
		reason: "The request line has no target, and tshark takes the version for one. The request is malformed; its response is counted.",
	},
	"http/query-method-non-standard-port.pcap": {
		theirs: []string{"? 200"},
		ours:   []string{"QUERY example.com /users 200"},
		reason: "tshark does not know the method QUERY.",
	},
	"http/zero-length-bodies-with-drops.pcap": {
		theirs: []string{"? 200"},
		reason: "1275 bytes of the client's are missing, and in them the request of this response: counted, for nobody knows what it answers.",
	},
}

// methodsOfTheOracle are the malformed requests of methods.pcap at which tshark
// guesses, and the responses to those at which it does not.
var methodsOfTheOracle = slices.Concat(
	[]string{ // version "HTTP/1."
		"GET www.google.com / 200", "HEAD www.google.com / 200", "POST www.google.com / 411", "PUT www.google.com / 411",
		"DELETE www.google.com / 405", "TRACE www.google.com / 405", "CONNECT www.google.com 400", "CCM_POST www.google.com / 405",
	},
	[]string{ // no space before the version, or no target
		"GET www.google.com /HTTP/1.1 403", "HEAD www.google.com /HTTP/1.1 400", "POST www.google.com /HTTP/1.1 411",
		"PUT www.google.com /HTTP/1.1 411", "DELETE www.google.com /HTTP/1.1 400", "TRACE www.google.com /HTTP/1.1 400",
		"CCM_POST www.google.com /HTTP/1.1 400", "CONNECT www.google.com 400",
		"OPTIONS www.google.com HTTP/1.1 400", "OPTIONS www.google.com 400",
	},
	repeat("? 400", 21), []string{"? 405"}, // no space behind the method, or a method beyond ASCII
)

var dnsDifferences = map[string]difference{
	"dns/conn-count-too-large.pcap": {
		theirs: repeat("A example.com", 10),
		reason: "One message with ten questions: RFC 9619 allows one, and nobody answers more.",
	},
	"dns/dns-invalid-names.pcap": {
		theirs: []string{"query", "A <Name contains a pointer that loops>", "query"},
		reason: "Three queries with names that cannot be read: no name, no span.",
	},
	"dns/dns_extended_rcode.pcap": {
		theirs: []string{"A test.example.com NOERROR"},
		ours:   []string{"A test.example.com BADVERS"},
		reason: "The oracle prints the four bits of the header. The other eight are in the OPT record (RFC 6891 section 6.1.3): 16.",
	},
	"dns/loc-invalid-length.pcap": {
		theirs: []string{"? LOC example.com NOERROR"},
		reason: "A response without its query: counted, as its duration is unknown.",
	},
	"dns/max-compression-depth.pcap": {
		theirs: []string{"? A a NOERROR"},
		reason: "As in loc-invalid-length.pcap.",
	},
	"dns/svcb-alpn-malformed-len-too-long.pcap": {
		theirs: []string{"HTTPS example.com", "? HTTPS example.com NOERROR"},
		ours:   []string{"HTTPS example.com NOERROR"},
		reason: "The answer's data are malformed, which keeps tshark from pairing the response. Id and question match.",
	},
	"dns/svcb-port-malformed.pcap": {
		theirs: []string{"HTTPS example.com", "? HTTPS example.com NOERROR"},
		ours:   []string{"HTTPS example.com NOERROR"},
		reason: "As in svcb-alpn-malformed-len-too-long.pcap.",
	},
}

func repeat(s string, n int) []string { return slices.Repeat([]string{s}, n) }
