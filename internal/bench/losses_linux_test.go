package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Twenty exchanges were made, both ends here: 80 messages, of which 40 were left out, the ring lost
// two, two more became worthless, and the rest is in 18 spans.
func TestAccount(t *testing.T) {
	m, err := parseMetrics(strings.NewReader(`otelcol_beyla_kernel_messages 80
otelcol_beyla_shed_messages 40
otelcol_beyla_received_messages 38
otelcol_beyla_kernel_losses{reason="ring_full_start"} 2
otelcol_beyla_kernel_losses{reason="ring_full_data"} 7
otelcol_beyla_emitted_spans 17
otelcol_beyla_refused_spans{reason="queue_full"} 1
otelcol_beyla_dropped_messages{reason="no_request"} 2
otelcol_beyla_dropped_messages{reason="gap"} 0
otelcol_beyla_held_messages 0
`))
	require.NoError(t, err)
	rows := account("ring", m, load{requests: 20})
	values := make(map[string]number)
	for _, r := range rows {
		values[r.Name] = r.Value
	}
	assert.Equal(t, map[string]number{
		"ring: messages begun, less received, lost in the ring, left out": 0,
		"ring: messages left out": 40,
		"ring: messages received, less in spans, dropped, filtered, held": 0,
		"ring: spans emitted of exchanges made":                           42.5,
		"ring: kernel_losses ring_full_start":                             2,
		"ring: kernel_losses ring_full_data":                              7,
		"ring: dropped_messages no_request":                               2,
		"ring: refused_spans queue_full":                                  1,
	}, values)

	m["otelcol_beyla_received_messages"]-- // one that nobody accounts for
	rows = account("ring", m, load{requests: 20})
	assert.False(t, *rows[0].OK)
	assert.False(t, *rows[1].OK)
}
