package explain

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/ledger"
)

// Every reason of the ledger can be asked for, and is explained.
func TestEveryReasonHasWords(t *testing.T) {
	for r := ledger.Used + 1; r < ledger.Reasons; r++ {
		_, ok := words(Reason(r.String()))
		assert.True(t, ok, r.String())
	}
	_, ok := words(Pending)
	assert.True(t, ok)
	assert.Equal(t, "who_knows", Reason("who_knows").Text())
}

func TestExplanation(t *testing.T) {
	const later = "what it carries cannot be read: its span comes when it is over, or after traces.stream_report_interval"
	opaque := Reason("opaque")
	for _, tt := range []struct {
		want string
		c    Connection
	}{
		{"", Connection{}},
		{"", Connection{Protocol: "http2", Spans: 1}},
		{unknownProtocol.Text(), Connection{Reason: unknownProtocol}},
		{Reason("gap").Text(), Connection{Reason: "gap", Looks: "tls"}},
		{"encrypted (TLS): what it carries cannot be read", Connection{Reason: unknownProtocol, Looks: "tls"}},
		{"SSH: encrypted", Connection{Reason: Pending, Looks: "ssh"}},
		{"no protocol recognised so far", Connection{Reason: Pending}},
		{"no request and response are complete yet", Connection{Reason: Pending, Protocol: "http"}},
		{later, Connection{Reason: Pending, Protocol: "opaque", Looks: "tls"}},
		{later, Connection{Reason: Pending, Protocol: "quic"}},
		{opaque.Text(), Connection{Reason: opaque, Protocol: "http", Looks: "tls"}},
	} {
		assert.Equal(t, tt.want, tt.c.Explanation(), "%+v", tt.c)
	}
}

func TestSummary(t *testing.T) {
	for want, s := range map[string]Snapshot{
		"0 connections, 0 with spans":                            {},
		"1 connection, 1 with spans":                             {Opened: 1, WithSpans: 1},
		"1,000,000 connections, 0 with spans, 7 not decided yet": {Opened: 1e6, Without: []Count{{"pending", 7}}},
		"12 connections, 2 with spans; most frequent reason for none: gap (6)": {
			Opened: 12, WithSpans: 2, Without: []Count{{"unselected", 4}, {"gap", 6}},
		},
	} {
		assert.Equal(t, want, summarize(&s).Text)
	}
}

func TestFigures(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		assert.Equal(t, want, thousands(n))
	}
	for n, want := range map[uint64]string{0: "0 B", 1023: "1023 B", 1536: "1.5 KiB", 5 << 20: "5.0 MiB", 3 << 30: "3.0 GiB"} {
		assert.Equal(t, want, size(n))
	}
	for d, want := range map[time.Duration]string{
		-time.Second: "now", 0: "now", 59 * time.Second: "59 s ago", 90 * time.Second: "1 min ago",
		3 * time.Hour: "3 h ago", 49 * time.Hour: "2 days ago",
	} {
		assert.Equal(t, want, age(d))
	}
}
