package topology

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
	"github.com/beylareceiver/beylareceiver/receiver/beylareceiver"
)

// tapped is a receiver in this process that reads the sockets of one cgroup. All
// that are started one after the other share a sink.
type tapped struct {
	testkit.Sink
	config  map[string]any
	current receiver.Traces
}

func tap(t testing.TB, group *testkit.Cgroup, config map[string]any) *tapped {
	t.Helper()
	capture := map[string]any{"cgroup_path": group.Path}
	if own, ok := config["capture"].(map[string]any); ok {
		maps.Copy(capture, own)
	}
	all := maps.Clone(config)
	if all == nil {
		all = make(map[string]any)
	}
	all["capture"] = capture
	r := &tapped{config: all}
	r.start(t)
	t.Cleanup(func() { r.stop(t) })
	return r
}

func (r *tapped) start(t testing.TB) {
	t.Helper()
	factory := beylareceiver.NewFactory()
	cfg := factory.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(r.config).Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))
	set := receiver.Settings{
		ID:                component.NewID(factory.Type()),
		TelemetrySettings: componenttest.NewNopTelemetrySettings(),
		BuildInfo:         component.NewDefaultBuildInfo(),
	}
	set.Logger = zap.NewNop()
	var err error
	r.current, err = factory.CreateTraces(t.Context(), set, cfg, &r.Sink)
	require.NoError(t, err)
	require.NoError(t, r.current.Start(t.Context(), componenttest.NewNopHost()))
}

// stop may be called twice.
func (r *tapped) stop(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	assert.NoError(t, r.current.Shutdown(ctx))
}

func (r *tapped) measured(t testing.TB) Receiver {
	return Receiver{Count: r.SpanCount, Stop: func() testkit.Spans { r.stop(t); return r.Spans() }}
}
