package tracecontext_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func TestParseFormats(t *testing.T) {
	assert.Equal(t, []string{"tracecontext", "b3", "b3multi", "jaeger", "datadog", "sw8", "xray"}, tracecontext.Names())

	all, err := tracecontext.ParseFormats(tracecontext.Names())
	require.NoError(t, err)
	assert.Equal(t, tracecontext.Formats(), all)

	some, err := tracecontext.ParseFormats([]string{"xray", "b3"})
	require.NoError(t, err)
	assert.Equal(t, []tracecontext.Format{tracecontext.XRay, tracecontext.B3}, some)

	none, err := tracecontext.ParseFormats([]string{})
	require.NoError(t, err)
	assert.NotNil(t, none, "an empty list is not the default")
	assert.Empty(t, none)

	byDefault, err := tracecontext.ParseFormats(nil)
	require.NoError(t, err)
	assert.Nil(t, byDefault)

	_, err = tracecontext.ParseFormats([]string{"b3", "B3", "b3", ""})
	assert.EqualError(t, err, `formats[1]: "B3" is none of tracecontext, b3, b3multi, jaeger, datadog, sw8, xray
formats[2]: "b3" is listed twice
formats[3]: "" is none of tracecontext, b3, b3multi, jaeger, datadog, sw8, xray`)
}

func TestConfigValidate(t *testing.T) {
	require.NoError(t, tracecontext.Config{}.Validate())
	require.NoError(t, tracecontext.Config{
		Formats: tracecontext.Formats(), RequestIDHeaders: tracecontext.DefaultRequestIDHeaders(), Hasher: tracecontext.NewHasher(),
	}.Validate())
	many := make([]string, tracecontext.MaxRequestIDs+1)
	for i := range many {
		many[i] = "x-" + string(rune('a'+i))
	}
	for name, tc := range map[string]struct {
		config tracecontext.Config
		want   string
	}{
		"unknown format": {tracecontext.Config{Formats: []tracecontext.Format{"w3c"}},
			`formats[0]: "w3c" is none of tracecontext, b3, b3multi, jaeger, datadog, sw8, xray`},
		"format twice":        {tracecontext.Config{Formats: []tracecontext.Format{"b3", "b3"}}, `formats[1]: "b3" is listed twice`},
		"empty name":          {tracecontext.Config{RequestIDHeaders: []string{""}}, `request_id_headers[0]: "" is not the name of a header`},
		"name with a colon":   {tracecontext.Config{RequestIDHeaders: []string{"x-id", "x:id"}}, `request_id_headers[1]: "x:id" is not the name of a header`},
		"name twice":          {tracecontext.Config{RequestIDHeaders: []string{"x-id", "X-ID"}}, `request_id_headers[1]: "X-ID" is listed twice`},
		"more names than fit": {tracecontext.Config{RequestIDHeaders: many}, `request_id_headers: 17 are more than 16`},
	} {
		t.Run(name, func(t *testing.T) { assert.EqualError(t, tc.config.Validate(), tc.want) })
	}
}
