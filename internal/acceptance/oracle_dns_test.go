//go:build linux && (amd64 || arm64)

package acceptance

import (
	"strings"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func TestOracleDNS(t *testing.T) {
	compareAll(t, "dns", dnsDifferences, dnsOpinions, dnsSpans)
}

// dnsOpinions are the questions of a capture as tshark sees them, a line each:
// type, name, response code. "?" marks a response of which tshark did not find the query.
func dnsOpinions(all []opinion) []string {
	var lines []string
	for _, o := range all {
		prefix := ""
		if o["unmatched"] == true {
			prefix = "?"
		}
		for i := range max(1, len(o.values("dns.qry.name"))) {
			lines = append(lines, dnsLine(prefix, dnsTypes[o.nth("dns.qry.type", i)], o.nth("dns.qry.name", i),
				dnsCodes[o.nth("dns.flags.rcode", 0)]))
		}
	}
	return lines
}

// dnsTypes and dnsCodes name what the captures hold
// (https://www.iana.org/assignments/dns-parameters/dns-parameters.xhtml).
var (
	dnsTypes = map[string]string{"1": "A", "6": "SOA", "13": "HINFO", "28": "AAAA", "29": "LOC", "65": "HTTPS"}
	dnsCodes = map[string]string{"0": "NOERROR", "3": "NXDOMAIN", "5": "REFUSED"}
)

// dnsLine leaves out what is empty; a query of which not even the name can be read is "query".
func dnsLine(words ...string) string {
	if line := strings.Join(strings.Fields(strings.Join(words, " ")), " "); line != "" {
		return line
	}
	return "query"
}

// dnsSpans are the questions of a capture as the receiver sees them.
func dnsSpans(spans testkit.Spans) []string {
	var lines []string
	for _, s := range spans.Where(func(s testkit.Span) bool { return s.Has("dns.question.name") }) {
		lines = append(lines, dnsLine(s.Str("beyla.dns.question.type"), s.Str("dns.question.name"), s.Str("beyla.dns.response_code")))
	}
	return lines
}
