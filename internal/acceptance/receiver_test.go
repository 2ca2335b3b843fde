//go:build linux && (amd64 || arm64)

package acceptance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
	"github.com/beylareceiver/beylareceiver/receiver/beylareceiver"
)

// patience is how long a capture may take; all of them take well below a second.
const patience = 30 * time.Second

// receive has the receiver read a capture, as the collector would: configured
// by a map of keys, started, and shut down after the line that ends a capture.
func receive(t testing.TB, capture string) []ptrace.Traces {
	t.Helper()
	factory := beylareceiver.NewFactory()
	cfg := factory.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(map[string]any{"capture": map[string]any{
		"source": "pcap",
		"pcap":   map[string]any{"path": capture, "perspective": "both"},
	}}).Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))

	core, logs := observer.New(zapcore.InfoLevel)
	set := receiver.Settings{
		ID:                component.NewID(factory.Type()),
		TelemetrySettings: componenttest.NewNopTelemetrySettings(),
		BuildInfo:         component.NewDefaultBuildInfo(),
	}
	set.Logger = zap.New(core)
	var sink testkit.Sink
	r, err := factory.CreateTraces(t.Context(), set, cfg, &sink)
	require.NoError(t, err)
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))

	end := func() []observer.LoggedEntry { return logs.FilterMessage("end of the capture").All() }
	testkit.Poll(t, patience, "the end of the capture", func() bool { return len(end()) > 0 })
	require.NoError(t, r.Shutdown(t.Context()))
	assert.EqualValues(t, sink.SpanCount(), end()[0].ContextMap()["spans"], "the log line counts what was sent")
	return sink.AllTraces()
}
