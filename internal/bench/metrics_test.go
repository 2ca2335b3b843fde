package main

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const exposition = `# HELP otelcol_beyla_kernel_losses Records that the kernel side could not hand over [Development]
# TYPE otelcol_beyla_kernel_losses counter
otelcol_beyla_kernel_losses{reason="ring_full_start",receiver="beyla"} 12
otelcol_beyla_kernel_losses{reason="ring_full_data",receiver="beyla"} 3
otelcol_beyla_kernel_losses{reason="no_storage",receiver="beyla"} 0
otelcol_beyla_reassembly_bytes{receiver="beyla"} 1
otelcol_beyla_reassembly_bytes_limit{receiver="beyla"} 8.388608e+06
otelcol_beyla_delivery_delay_bucket{receiver="beyla",le="0.01"} 0
otelcol_beyla_delivery_delay_bucket{receiver="beyla",le="0.1"} 90
otelcol_beyla_delivery_delay_bucket{receiver="beyla",le="0.5"} 99
otelcol_beyla_delivery_delay_bucket{receiver="beyla",le="1"} 100
otelcol_beyla_delivery_delay_bucket{receiver="beyla",le="+Inf"} 100
otelcol_beyla_delivery_delay_sum{receiver="beyla"} 7
otelcol_beyla_delivery_delay_count{receiver="beyla"} 100
target_info{service_name="otelcol-beyla"} 1
`

func TestParseMetrics(t *testing.T) {
	m, err := parseMetrics(strings.NewReader(exposition))
	require.NoError(t, err)
	assert.Equal(t, 15.0, m.sum("kernel_losses"))
	assert.Equal(t, 12.0, m.sum("kernel_losses", "reason=ring_full_start"))
	assert.Zero(t, m.sum("kernel_losses", "reason=ring_full_start", "receiver=beyla/2"))
	assert.Equal(t, 1.0, m.sum("reassembly_bytes"), "no name that only begins the same")
	assert.Equal(t, 8388608.0, m.sum("reassembly_bytes_limit"))
	assert.Zero(t, m.sum("emitted_spans"), "not reported yet")
	assert.Equal(t, map[string]float64{"ring_full_start": 12, "ring_full_data": 3}, m.by("kernel_losses", "reason"))

	for q, want := range map[float64]float64{.9: .1, .95: .5, .99: .5, 1: 1} {
		mean, bound := m.histogram("delivery_delay", q)
		assert.Equal(t, .07, mean)
		assert.Equal(t, want, bound, q)
	}
	mean, bound := m.histogram("kernel_losses", .99)
	assert.Zero(t, mean)
	assert.Zero(t, bound)
}

// What took longer than the last bound is no number that a target could be held to.
func TestHistogramBeyondTheLastBound(t *testing.T) {
	m, err := parseMetrics(strings.NewReader(`otelcol_beyla_delivery_delay_bucket{le="1"} 1
otelcol_beyla_delivery_delay_bucket{le="+Inf"} 2
otelcol_beyla_delivery_delay_sum 40
otelcol_beyla_delivery_delay_count 2
`))
	require.NoError(t, err)
	_, bound := m.histogram("delivery_delay", .99)
	assert.True(t, math.IsInf(bound, 1))
}

func TestParseMetricsErrors(t *testing.T) {
	for _, in := range []string{"novalue", "otelcol_x{a=\"b\"} many"} {
		_, err := parseMetrics(strings.NewReader(in))
		assert.ErrorIs(t, err, errSeries)
	}
}
