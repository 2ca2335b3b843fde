package tracecontext_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// everything is a head with a different context in each format, and what each
// of them is.
func everything() (lines []string, contexts map[tracecontext.Format]string) {
	lines = []string{
		"Host: shop.test",
		"X-Amzn-Trace-Id: Root=1-00000000-000000000000000000000007;Parent=0000000000000007;Sampled=1",
		sw8Field("1", "00000000000000000000000000000006", "00000000000000060000000000000000", "0"),
		"x-datadog-trace-id: 5", "x-datadog-parent-id: 5", "x-datadog-sampling-priority: 1",
		"uber-trace-id: 4:4:0:1",
		"x-b3-traceid: 0000000000000003", "x-b3-spanid: 0000000000000003", "x-b3-sampled: 1",
		"b3: 0000000000000002-0000000000000002-1",
		"traceparent: 00-00000000000000000000000000000001-0000000000000001-01", "tracestate: a=1",
	}
	contexts = map[tracecontext.Format]string{}
	for i, f := range []tracecontext.Format{
		tracecontext.W3C, tracecontext.B3, tracecontext.B3Multi, tracecontext.Jaeger,
		tracecontext.Datadog, tracecontext.SkyWalking, tracecontext.XRay,
	} {
		id := "000000000000000" + string(rune('1'+i))
		contexts[f] = string(f) + " " + padding + id + "-" + id + "-01"
	}
	contexts[tracecontext.W3C] += " a=1"
	return lines, contexts
}

func TestReaderTakesTheFirstFormat(t *testing.T) {
	lines, contexts := everything()
	for name, tc := range map[string]struct {
		formats []tracecontext.Format
		want    string
	}{
		"all":           {nil, contexts[tracecontext.W3C]},
		"none":          {[]tracecontext.Format{}, ""},
		"W3C, last":     {[]tracecontext.Format{tracecontext.B3, tracecontext.W3C}, contexts[tracecontext.W3C]},
		"configured":    {[]tracecontext.Format{tracecontext.XRay, tracecontext.B3}, contexts[tracecontext.XRay]},
		"the other way": {[]tracecontext.Format{tracecontext.B3, tracecontext.XRay}, contexts[tracecontext.B3]},
		"unknown":       {[]tracecontext.Format{"b4", tracecontext.Jaeger}, contexts[tracecontext.Jaeger]},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := read(tracecontext.NewReader(tracecontext.Config{Formats: tc.formats}), lines...)
			assert.Equal(t, tc.want, got)
		})
	}
	for _, f := range tracecontext.Formats() {
		got, _ := read(tracecontext.NewReader(tracecontext.Config{Formats: []tracecontext.Format{f}}), lines...)
		require.NotEmpty(t, contexts[f])
		assert.Equal(t, contexts[f], got)
	}
}

// TestReaderTriesTheNextFormat takes the valid contexts away, one after the other.
func TestReaderTriesTheNextFormat(t *testing.T) {
	first := map[tracecontext.Format]string{
		tracecontext.W3C: "traceparent", tracecontext.B3: "b3", tracecontext.B3Multi: "x-b3-traceid",
		tracecontext.Jaeger: "uber-trace-id", tracecontext.Datadog: "x-datadog-trace-id",
		tracecontext.SkyWalking: "sw8", tracecontext.XRay: "x-amzn-trace-id",
	}
	lines, contexts := everything()
	for _, f := range tracecontext.Formats() {
		got, _ := read(tracecontext.NewReader(tracecontext.Config{}), lines...)
		assert.Equal(t, contexts[f], got)
		for i, line := range lines {
			if name, _, _ := strings.Cut(line, ":"); strings.ToLower(name) == first[f] {
				lines[i] = name + ": no"
			}
		}
	}
	got, _ := read(tracecontext.NewReader(tracecontext.Config{}), lines...)
	assert.Empty(t, got)
}

func TestReaderJoinsTracestates(t *testing.T) {
	r := tracecontext.NewReader(tracecontext.Config{})
	for range 2 { // the second time in memory of the first
		got, _ := read(r, "tracestate: a=1", "TraceParent: "+good, "Tracestate: b=2", "tracestate:", "tracestate: c=3,d=4")
		assert.Equal(t, "tracecontext 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 a=1,b=2,,c=3,d=4", got)
	}
	value := []byte("a=1,b=2")
	r.Field([]byte("traceparent"), []byte(good))
	r.Field([]byte("tracestate"), value[:3])
	r.Field([]byte("tracestate"), []byte("x=9"))
	r.Take()
	assert.Equal(t, "a=1,b=2", string(value), "the head's bytes stay as they are")

	got, _ := read(r, "tracestate: a=1")
	assert.Empty(t, got)
	got, _ = read(r, "traceparent: "+good, "traceparent: "+good)
	assert.Empty(t, got, "two traceparents are none even if they agree")
	got, _ = read(r, "traceparent: "+good, "traceparent:")
	assert.Empty(t, got)
}

func TestReaderRequestID(t *testing.T) {
	const one, two, long = "0123456789", "abcdefghij", 256
	h := tracecontext.NewHasher()
	number := func(s string) uint64 { return h.Hash([]byte(s)) }
	for name, tc := range map[string]struct {
		headers []string
		lines   []string
		want    uint64
	}{
		"none":                     {nil, []string{"host: a"}, 0},
		"one":                      {nil, []string{"X-Request-ID: " + one}, number(one)},
		"priority, not order":      {nil, []string{"x-amz-cf-id: a-first-one", "X-Correlation-Id: " + two, "X-Request-Id: " + one}, number(one)},
		"second by default":        {nil, []string{"request-id: a-third-one", "x-correlation-id: " + two}, number(two)},
		"twice and equal":          {nil, []string{"x-request-id: " + one, "x-request-id: " + one}, number(one)},
		"twice and not":            {nil, []string{"x-request-id: " + one, "x-request-id: " + two, "x-correlation-id: " + one}, 0},
		"empty counts as absent":   {nil, []string{"x-request-id:", "x-correlation-id: " + two}, number(two)},
		"empty and not":            {nil, []string{"x-request-id:", "x-request-id: " + one}, 0},
		"too short":                {nil, []string{"x-request-id: 1234567", "x-correlation-id: " + two}, 0},
		"shortest":                 {nil, []string{"x-request-id: 12345678"}, number("12345678")},
		"longest":                  {nil, []string{"x-request-id: " + strings.Repeat("x", long)}, number(strings.Repeat("x", long))},
		"too long":                 {nil, []string{"x-request-id: " + strings.Repeat("x", long+1)}, 0},
		"own list":                 {[]string{"Trace-ID", "x-request-id"}, []string{"x-request-id: " + one, "trace-id: " + two}, number(two)},
		"own list, others ignored": {[]string{"Trace-ID"}, []string{"x-request-id: " + one}, 0},
		"empty list":               {[]string{}, []string{"x-request-id: " + one}, 0},
		"a context's field":        {[]string{"uber-trace-id"}, []string{"uber-trace-id: 1:2:0:1"}, number("1:2:0:1")},
		"long name":                {[]string{strings.Repeat("N", 70)}, []string{strings.Repeat("n", 69) + ": " + two, strings.Repeat("n", 70) + ": " + one}, number(one)},
		"what is refused":          {[]string{"", "a b", "x-id"}, []string{"a b: " + two, "x-id: " + one}, number(one)},
	} {
		t.Run(name, func(t *testing.T) {
			r := tracecontext.NewReader(tracecontext.Config{RequestIDHeaders: tc.headers, Hasher: h})
			for range 2 {
				_, got := read(r, tc.lines...)
				assert.Equal(t, tc.want, got)
			}
			_, got := read(r, "host: a")
			assert.Zero(t, got, "nothing is left for the next head")
		})
	}
}

func TestReaderTakesAsManyRequestIDsAsThereAreBits(t *testing.T) {
	var names []string
	for i := range tracecontext.MaxRequestIDs + 1 {
		names = append(names, "x-id-"+string(rune('a'+i)))
	}
	r := tracecontext.NewReader(tracecontext.Config{RequestIDHeaders: names})
	_, got := read(r, names[tracecontext.MaxRequestIDs-1]+": 0123456789")
	assert.NotZero(t, got, "the last that is allowed")
	_, got = read(r, names[tracecontext.MaxRequestIDs]+": 0123456789")
	assert.Zero(t, got)
}
