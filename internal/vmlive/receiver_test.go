package vmlive

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
	"github.com/beylareceiver/beylareceiver/receiver/beylareceiver"
)

// patience is how long a test waits for what should be there within a second: the machine may be
// an emulated one, and a busy one.
const patience = time.Minute

// instance is a running receiver.
type instance struct {
	testkit.Sink
	receiver receiver.Traces
	logs     *observer.ObservedLogs
}

// run starts a receiver of the sockets of a cgroup that learns of owners by this rung only.
func run(t testing.TB, rung string, group *testkit.Cgroup) *instance {
	t.Helper()
	factory := beylareceiver.NewFactory()
	cfg := factory.CreateDefaultConfig().(*beylareceiver.Config)
	cfg.Capture.CgroupPath, cfg.Capture.OwnerHooks = group.Path, rung
	core, logs := observer.New(zapcore.InfoLevel)
	in := &instance{logs: logs}
	set := receiver.Settings{
		ID: component.NewID(factory.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings(),
		BuildInfo: component.NewDefaultBuildInfo(),
	}
	set.Logger = zap.New(core)
	var err error
	in.receiver, err = factory.CreateTraces(t.Context(), set, cfg, in)
	require.NoError(t, err)
	require.NoError(t, in.receiver.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() {
		in.shutdown(t)
		if t.Failed() {
			for _, e := range in.logs.All() {
				t.Logf("%s: %s %v", e.Level, e.Message, e.ContextMap())
			}
		}
	})
	return in
}

// shutdown ends the receiver; what it still held is in the sink afterwards.
func (in *instance) shutdown(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	assert.NoError(t, in.receiver.Shutdown(ctx))
}

// reached is the rung that the receiver says it is on, and what the kernel refused.
func (in *instance) reached(t testing.TB) (rung string, refused any) {
	t.Helper()
	said := in.logs.FilterMessage("reading the sockets of this host").All()
	require.Len(t, said, 1)
	fields := said[0].ContextMap()
	rung, ok := fields["owner_hooks"].(string)
	require.True(t, ok, "%v", fields)
	return rung, fields["refused"]
}
