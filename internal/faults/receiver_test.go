package faults

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/beylareceiver/beylareceiver/receiver/beylareceiver"
)

// instance is a receiver in this process.
type instance struct {
	receiver  receiver.Traces
	telemetry *componenttest.Telemetry
}

// nopHost is a host without extensions.
type nopHost struct{}

// GetExtensions implements component.Host.
func (nopHost) GetExtensions() map[component.ID]component.Component { return nil }

// create makes a receiver of one cgroup that sends small batches to next.
func create(group string, next consumer.Traces) (*instance, error) {
	factory := beylareceiver.NewFactory()
	cfg := factory.CreateDefaultConfig()
	config := confmap.NewFromStringMap(map[string]any{
		"capture": map[string]any{"cgroup_path": group},
		"traces":  map[string]any{"max_batch_spans": 8, "flush_interval": "50ms"},
	})
	if err := config.Unmarshal(cfg); err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	in := &instance{telemetry: componenttest.NewTelemetry()}
	set := receiver.Settings{
		ID:                component.NewID(factory.Type()),
		TelemetrySettings: in.telemetry.NewTelemetrySettings(),
		BuildInfo:         component.NewDefaultBuildInfo(),
	}
	var err error
	in.receiver, err = factory.CreateTraces(context.Background(), set, cfg, next)
	return in, err
}

// start runs a receiver until the test ends.
func start(t *testing.T, group string, next consumer.Traces) *instance {
	t.Helper()
	in, err := create(group, next)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		assert.NoError(t, in.receiver.Shutdown(ctx))
		assert.NoError(t, in.telemetry.Shutdown(ctx))
	})
	require.NoError(t, in.receiver.Start(t.Context(), nopHost{}))
	return in
}

// sum adds up one of the receiver's own metrics, of one reason only when there is one.
func (in *instance) sum(t *testing.T, name string, reason ...string) (sum int64) {
	t.Helper()
	m, err := in.telemetry.GetMetric("otelcol_beyla_" + name)
	require.NoError(t, err)
	data, ok := m.Data.(metricdata.Sum[int64])
	require.True(t, ok, "%s is %T", name, m.Data)
	for _, p := range data.DataPoints {
		why, _ := p.Attributes.Value("reason")
		if len(reason) == 0 || why.AsString() == reason[0] {
			sum += p.Value
		}
	}
	return sum
}
