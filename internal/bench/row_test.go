package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSample(t *testing.T) {
	pairs := []pair{{100, 80}, {100, 95}, {50, 35}, {10, 9}}
	kept := ratios(pairs)
	assert.Equal(t, sample{.8, .95, .7, .9}, kept)
	assert.InDelta(t, .85, kept.median(), 1e-9)
	assert.Equal(t, .7, kept.min())
	assert.Equal(t, .95, kept.max())
	assert.Equal(t, sample{.8, .95, .7, .9}, kept, "left in its order")
	assert.Equal(t, 3.0, sample{9, 3, 1}.median())
	assert.Equal(t, sample{100, 100, 50, 10}, withouts(pairs))
	assert.Equal(t, sample{80, 95, 35, 9}, withs(pairs))
	assert.InDeltaSlice(t, sample{5}, addedPerRequest([]pair{{100_000, 80_000}}), 1e-9)
}

func TestTarget(t *testing.T) {
	for _, tt := range []struct {
		target *target
		value  float64
		ok     bool
	}{
		{atLeast(.78), .78, true},
		{atLeast(.78), .779, false},
		{atMost(800), 800, true},
		{atMost(800), 801, false},
		{atMost(0), 0, true},
	} {
		assert.Equal(t, tt.ok, *figure("x", tt.value, "").against(tt.target).OK, "%v %s", tt.value, tt.target)
	}
}

func TestRound(t *testing.T) {
	for in, want := range map[float64]number{
		0: 0, .8123456: .8123, 12345.6: 12346, 1234567: 1234567, .00009626111: .00009626, -3.14159: -3.142,
	} {
		assert.Equal(t, want, round(in))
	}
}

// A share of nothing keeps no target, and is no number for programs.
func TestNoNumber(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1)} {
		r := figure("x", v, "").against(atMost(3))
		assert.False(t, *r.OK)
		data, err := json.Marshal(r)
		require.NoError(t, err)
		assert.JSONEq(t, `{"name": "x", "value": null, "unit": "", "target": "<= 3", "ok": false}`, string(data))
	}
}

func TestReport(t *testing.T) {
	rows := []row{
		figure("throughput kept", .8123456, "ratio").against(atLeast(.78)).within(sample{.75, .8123456, .9}),
		figure("losses", 3, "messages").against(atMost(0)),
		figure("requests", 178995, "1/s"),
	}
	var table bytes.Buffer
	require.NoError(t, printTable(&table, rows))
	assert.Equal(t, ""+
		"name             value   unit      target   ok     min .. max\n"+
		"throughput kept  0.8123  ratio     >= 0.78  true   0.75 .. 0.9\n"+
		"losses           3       messages  <= 0     false  \n"+
		"requests         178995  1/s                       \n", table.String())

	path := filepath.Join(t.TempDir(), "bench.json")
	require.NoError(t, writeJSON(path, rows))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.JSONEq(t, `[
		{"name": "throughput kept", "value": 0.8123, "unit": "ratio", "target": ">= 0.78", "ok": true, "min": 0.75, "max": 0.9},
		{"name": "losses", "value": 3, "unit": "messages", "target": "<= 0", "ok": false},
		{"name": "requests", "value": 178995, "unit": "1/s", "target": null, "ok": null}
	]`, string(data))
}
