package beylareceiver

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"

	"github.com/beylareceiver/beylareceiver/internal/sampling"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func TestCorrelationConfig(t *testing.T) {
	assert.Equal(t, correlation{
		Contexts: tracecontext.Config{
			Formats: tracecontext.Formats(), RequestIDHeaders: tracecontext.DefaultRequestIDHeaders(),
		},
		Threads: true, MaxAge: time.Hour, MaxSpans: 1000, Timing: true,
	}, correlationConfig(createDefaultConfig().(*Config)))

	assert.Equal(t, correlation{
		Contexts: tracecontext.Config{
			Formats: []tracecontext.Format{"b3", "tracecontext"}, RequestIDHeaders: []string{"X-Ray-Id"},
		},
		Links: true, MaxAge: time.Minute, MaxSpans: 50, Sampler: sampling.New(0.25, false),
	}, correlationConfig(load(t, "beyla/full")))
}

// Empty lists turn off what the default has on, and must not come to mean it.
func TestNothingIsReadFromHeaders(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(map[string]any{
		"correlation": map[string]any{"formats": []any{}, "request_id_headers": []any{}},
	}).Unmarshal(cfg))
	require.NoError(t, cfg.Validate())
	want := tracecontext.Config{Formats: []tracecontext.Format{}, RequestIDHeaders: []string{}}
	assert.Equal(t, want, correlationConfig(cfg).Contexts)

	cfg.Correlation.Formats, cfg.Correlation.RequestIDHeaders = nil, nil
	assert.Equal(t, want, correlationConfig(cfg).Contexts)
}

func TestSampling(t *testing.T) {
	for name, tt := range map[string]struct {
		given any
		want  configoptional.Optional[SamplingConfig]
	}{
		"no value":     {nil, configoptional.Some(SamplingConfig{Ratio: 1, ParentBased: true})},
		"ratio only":   {map[string]any{"ratio": 0.1}, configoptional.Some(SamplingConfig{Ratio: 0.1, ParentBased: true})},
		"whole number": {map[string]any{"ratio": 0}, configoptional.Some(SamplingConfig{ParentBased: true})},
		"flag only":    {map[string]any{"parent_based": false}, configoptional.Some(SamplingConfig{Ratio: 1})},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			assert.Nil(t, cfg.Traces.Sampling.Get(), "none unless it is asked for")
			require.NoError(t, confmap.NewFromStringMap(map[string]any{
				"traces": map[string]any{"sampling": tt.given},
			}).Unmarshal(cfg))
			require.NoError(t, cfg.Validate())
			assert.Equal(t, tt.want, cfg.Traces.Sampling)
			s := tt.want.Get()
			assert.Equal(t, sampling.New(s.Ratio, s.ParentBased), correlationConfig(cfg).Sampler)
		})
	}
}
