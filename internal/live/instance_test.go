package live

import (
	"cmp"
	"context"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
	"github.com/beylareceiver/beylareceiver/receiver/beylareceiver"
)

const (
	// promise is how long after its end an exchange is with the next consumer.
	promise = time.Second
	// patience is how long a test waits for what should be there within the
	// promise: a machine may be busy, and the delay of a span is told by its own time.
	patience = 20 * time.Second
)

// slack is by how much the clocks of two programs may differ on what they see of one event: more on a
// machine that is emulated, as both have to run.
var slack = cmp.Or(duration(os.Getenv("LIVE_SLACK")), 50*time.Millisecond)

func duration(s string) time.Duration {
	d, _ := time.ParseDuration(s)
	return d
}

// hooksVariable forces the owner hooks of every receiver under test.
const hooksVariable = "LIVE_OWNER_HOOKS"

// keys is a configuration as a user writes it.
type keys = map[string]any

// instance is a receiver under test, with what stands around it in a collector.
type instance struct {
	sink
	receiver  receiver.Traces
	telemetry *componenttest.Telemetry
	logs      *observer.ObservedLogs
}

// start runs a receiver until the test ends. It reads the test's own cgroup.
func start(t testing.TB, config keys) *instance {
	t.Helper()
	testkit.Root(t)
	root, err := cgroupRoot()
	require.NoError(t, err)
	quiet := keys{"capture": keys{"cgroup_path": ownCgroup(root)}}
	maps.Copy(quiet, config)
	return onHost(t, quiet)
}

// onHost runs a receiver until the test ends that reads the whole host, as it does by default.
func onHost(t testing.TB, config keys) *instance {
	t.Helper()
	in := create(t, "", config, nil)
	require.NoError(t, in.receiver.Start(t.Context(), componenttest.NewNopHost()))
	return in
}

// create makes a receiver that sends to next, or to its own sink, and shuts it
// down when the test ends, started or not.
func create(t testing.TB, name string, config keys, next consumer.Traces) *instance {
	t.Helper()
	testkit.Root(t)
	factory := beylareceiver.NewFactory()
	cfg := factory.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(config).Unmarshal(cfg))
	hooks := os.Getenv(hooksVariable)
	if hooks != "" {
		cfg.(*beylareceiver.Config).Capture.OwnerHooks = hooks
	}
	require.NoError(t, confmap.Validate(cfg))

	core, logs := observer.New(zapcore.InfoLevel)
	in := &instance{telemetry: componenttest.NewTelemetry(), logs: logs}
	set := receiver.Settings{
		ID:                component.NewIDWithName(factory.Type(), name),
		TelemetrySettings: in.telemetry.NewTelemetrySettings(),
		BuildInfo:         component.NewDefaultBuildInfo(),
	}
	set.Logger = zap.New(core)
	if next == nil {
		next = &in.sink
	}
	var err error
	in.receiver, err = factory.CreateTraces(t.Context(), set, cfg, next)
	require.NoError(t, err)
	t.Cleanup(func() {
		in.shutdown(t)
		assert.NoError(t, in.telemetry.Shutdown(context.Background()))
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

// finish ends the receiver and gives all the spans of a server's address, which
// must be n: also one too many that would still have come.
func (in *instance) finish(t testing.TB, addr string, n int) testkit.Spans {
	t.Helper()
	in.shutdown(t)
	all := in.Spans().Where(of(addr))
	if len(all) != n {
		t.Errorf("want %d spans of %s, got %d:\n%s", n, addr, len(all), all)
	}
	return all
}

// await waits for n spans of a server's address, and holds each of them to the promise.
func (in *instance) await(t testing.TB, addr string, n int) testkit.Spans {
	t.Helper()
	match := of(addr)
	all := in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(match)) >= n }).Where(match)
	in.kept(t, all)
	return all
}

// pair waits for the two spans of the only exchange of a connection, and holds them to the promise.
func (in *instance) pair(t testing.TB, addr string, x transfer) (server, client testkit.Span) {
	t.Helper()
	of := of(addr)
	ours := func(s testkit.Span) bool {
		return of(s) && (s.Kind == "Server" && s.Int("client.port") == int64(x.Port) ||
			s.Kind == "Client" && s.Resource["process.pid"] == int64(x.PID))
	}
	both := in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(ours)) >= 2 }).Where(ours)
	in.kept(t, both)
	server, client = both.Kind("Server").One(t), both.Kind("Client").One(t)
	assert.Equal(t, client.SpanID, server.Parent, "the server's span is the client's child")
	assert.Equal(t, client.TraceID, server.TraceID)
	assert.Equal(t, "flow", server.Str("beyla.parent.evidence"))
	assert.False(t, server.Start.Before(client.Start), "no server begins before its client")
	return server, client
}

// kept checks that the spans came as promised.
func (in *instance) kept(t testing.TB, all testkit.Spans) {
	t.Helper()
	for _, s := range all {
		assert.LessOrEqual(t, in.delay(s), promise, "from the end of %s %q to the consumer", s.Kind, s.Name)
	}
}
