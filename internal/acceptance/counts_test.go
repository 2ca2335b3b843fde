//go:build linux && (amd64 || arm64)

package acceptance

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// counts are the requests of a capture and those of them with a response.
type counts struct {
	http, answered       int
	dns, answeredQueries int
	fcgi, answeredFCGI   int
}

// corrections are the captures whose spans are not what tshark counts, with what the
// README.md beside them says went over the wire, or why there is no span.
var corrections = map[string]struct {
	counts
	reason string
}{
	"dns-refused.pcap":         {counts{}, "no response: a UDP socket in a capture has no end, so nobody knows when it gave up"},
	"dns-timeout.pcap":         {counts{}, "as in dns-refused.pcap; each attempt has a socket of its own"},
	"go-100-rejected.pcap":     {counts{http: 1, answered: 1}, "tshark waits for the body, which never comes"},
	"go-abort-client.pcap.gz":  {counts{http: 1, answered: 1}, "tshark counts whole responses; this one is cut, and says so"},
	"go-abort-server.pcap":     {counts{http: 1, answered: 1}, "as in go-abort-client.pcap.gz"},
	"go-abort-server-rst.pcap": {counts{http: 1, answered: 1}, "as in go-abort-client.pcap.gz"},
	"go-connect.pcap":          {counts{http: 3, answered: 3}, "tshark does not look into the tunnel"},
	"go-methods.pcap":          {counts{http: 5, answered: 5}, "tshark does not know BREW"},
}

// Each end of a connection gives as many spans as tshark counts requests, and
// as many of them with a status as it counts responses.
func TestCounts(t *testing.T) {
	expected := tsharkCounts(t)
	for _, name := range captures(t) {
		t.Run(name, func(t *testing.T) {
			want, ok := expected[name]
			require.True(t, ok, "counts.tsv has no line for this capture")
			if c, ok := corrections[name]; ok {
				require.NotEqual(t, want, c.counts, "tshark agrees: no correction is needed")
				want = c.counts
			}
			all := testkit.Flatten(receive(t, testkit.Capture(t, name))...)
			assert.Equal(t, want, countSpans(all.Kind("Server")), "server spans")
			assert.Equal(t, want, countSpans(all.Kind("Client")), "client spans")
		})
	}
}

func countSpans(all testkit.Spans) counts {
	having := func(key, protocol string) int {
		return len(all.Where(func(s testkit.Span) bool { return s.Has(key) && s.Str("network.protocol.name") == protocol }))
	}
	return counts{
		http: having("http.request.method", ""), answered: having("http.response.status_code", ""),
		dns: having("dns.question.name", ""), answeredQueries: having("beyla.dns.response_code", ""),
		fcgi: having("http.request.method", "fastcgi"), answeredFCGI: having("http.response.status_code", "fastcgi"),
	}
}

// tsharkCounts reads counts.tsv: file, packets, HTTP requests and responses,
// DNS queries and responses, FastCGI requests and responses.
func tsharkCounts(t testing.TB) map[string]counts {
	t.Helper()
	file, err := os.Open(testkit.Capture(t, "counts.tsv"))
	require.NoError(t, err)
	defer file.Close()
	lines := csv.NewReader(file)
	lines.Comma = '\t'
	rows, err := lines.ReadAll()
	require.NoError(t, err)
	all := map[string]counts{}
	for _, row := range rows[1:] {
		require.Len(t, row, 8)
		n := slices.Collect(func(yield func(int) bool) {
			for _, field := range row[1:] {
				i, err := strconv.Atoi(field)
				require.NoError(t, err)
				yield(i)
			}
		})
		all[row[0]] = counts{http: n[1], answered: n[2], dns: n[3], answeredQueries: n[4], fcgi: n[5], answeredFCGI: n[6]}
	}
	return all
}
