package beylareceiver

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// statusHost is a host that keeps the status events.
type statusHost struct {
	component.Host
	mu     sync.Mutex
	events []*componentstatus.Event
}

func newStatusHost() *statusHost { return &statusHost{Host: componenttest.NewNopHost()} }

func (h *statusHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *statusHost) seen() []componentstatus.Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	var s []componentstatus.Status
	for _, e := range h.events {
		s = append(s, e.Status())
	}
	return s
}

func TestCreateHasNoSideEffects(t *testing.T) {
	r, err := newTracesReceiver(createDefaultConfig().(*Config), fakeSettings(), consumertest.NewNop(),
		func(*Config, receiver.Settings, func(health)) (engine, error) {
			t.Error("an engine was made without Start")
			return nil, errBusy
		})
	require.NoError(t, err)
	require.NoError(t, r.Shutdown(t.Context()))
	require.NoError(t, r.Shutdown(t.Context()))
}

func TestDeliversAndShutsDownTwice(t *testing.T) {
	e, sink := newFakeEngine(), new(consumertest.TracesSink)
	r := newFake(t, e, fakeSettings(), sink)
	host := newStatusHost()
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, r.Start(ctx, host))
	cancel() // the work does not hang off Start's context
	e.ch <- newFakeBatch("a")
	e.ch <- newFakeBatch("b", "c")
	require.NoError(t, r.Shutdown(t.Context()))
	assert.Equal(t, 3, sink.SpanCount(), "Shutdown flushes")
	require.NoError(t, r.Shutdown(t.Context()))
	assert.Equal(t, 1, e.shutdowns)
	assert.Empty(t, host.seen(), "nothing is reported during Shutdown")
}

func TestFailedStartPropagates(t *testing.T) {
	e := newFakeEngine()
	e.startErr = errors.New("no cgroup v2")
	r := newFake(t, e, fakeSettings(), consumertest.NewNop())
	host := newStatusHost()
	require.EqualError(t, r.Start(t.Context(), host), "no cgroup v2")
	assert.Equal(t, 1, e.shutdowns, "what was opened is closed")
	assert.Empty(t, host.seen())
	require.NoError(t, r.Shutdown(t.Context()))
}

func TestEngineThatCannotBeMade(t *testing.T) {
	r, err := newTracesReceiver(createDefaultConfig().(*Config), fakeSettings(), consumertest.NewNop(),
		func(*Config, receiver.Settings, func(health)) (engine, error) { return nil, errBusy })
	require.NoError(t, err)
	require.ErrorIs(t, r.Start(t.Context(), componenttest.NewNopHost()), errBusy)
}

func TestFailedStartIgnored(t *testing.T) {
	e := newFakeEngine()
	e.startErr = errors.New("no cgroup v2")
	core, logs := observer.New(zapcore.InfoLevel)
	set := fakeSettings()
	set.Logger = zap.New(core)
	r := newFake(t, e, set, consumertest.NewNop(), func(c *Config) { c.OnError = OnErrorIgnore })
	host := newStatusHost()
	require.NoError(t, r.Start(t.Context(), host))
	require.Equal(t, []componentstatus.Status{componentstatus.StatusPermanentError}, host.seen())
	assert.EqualError(t, host.events[0].Err(), "no cgroup v2")
	assert.Equal(t, 1, logs.FilterLevelExact(zapcore.ErrorLevel).Len())
	require.NoError(t, r.Shutdown(t.Context()))
}

func TestHealthIsReportedOnChange(t *testing.T) {
	e := newFakeEngine()
	r := newFake(t, e, fakeSettings(), consumertest.NewNop())
	host := newStatusHost()
	require.NoError(t, r.Start(t.Context(), host))
	noOwner := health{Err: errors.New("CAP_PERFMON is missing"), Missing: []string{"owner"}}
	for _, h := range []health{{}, noOwner, noOwner, {}, {}, noOwner} {
		e.report(h)
	}
	assert.Equal(t, []componentstatus.Status{
		componentstatus.StatusRecoverableError, componentstatus.StatusOK, componentstatus.StatusRecoverableError,
	}, host.seen())
	missing, ok := host.events[0].Attributes().Get("missing")
	require.True(t, ok)
	assert.Equal(t, []any{"owner"}, missing.Slice().AsRaw())
	require.NoError(t, r.Shutdown(t.Context()))
	e.report(health{})
	assert.Len(t, host.seen(), 3, "silent after Shutdown")
}

func TestEngineFailureIsPermanent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine()
		r := newFake(t, e, fakeSettings(), consumertest.NewNop())
		host := newStatusHost()
		require.NoError(t, r.Start(t.Context(), host))
		e.end(errors.New("ring: device gone"))
		synctest.Wait()
		require.Equal(t, []componentstatus.Status{componentstatus.StatusPermanentError}, host.seen())
		assert.EqualError(t, host.events[0].Err(), "ring: device gone")
		require.NoError(t, r.Shutdown(t.Context()))
	})
}

func TestEndOfCaptureIsSummarizedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine()
		e.account = stats{
			Packets: 9, Received: 6, QueueFull: 2,
			Dropped: []count{{"gap", 2}, {"no_request", 1}}, Filtered: []count{{"unselected", 4}},
		}
		core, logs := observer.New(zapcore.InfoLevel)
		set := fakeSettings()
		set.Logger = zap.New(core)
		host := newStatusHost()
		r := newFake(t, e, set, consumertest.NewNop())
		require.NoError(t, r.Start(t.Context(), host))
		e.ch <- newFakeBatch("a", "b")
		e.end(nil)
		synctest.Wait()
		require.Equal(t, 1, logs.Len())
		assert.Equal(t, "end of the capture", logs.All()[0].Message)
		assert.Equal(t, map[string]any{
			"packets": uint64(9), "messages": uint64(6), "spans": uint64(2), "lost_records": uint64(0),
			"lost_messages": uint64(3), "filtered_messages": uint64(4), "refused_spans": uint64(2),
		}, logs.All()[0].ContextMap())
		assert.Equal(t, zapcore.InfoLevel, logs.All()[0].Level)
		assert.Empty(t, host.seen(), "the end of a file is no failure")
		require.NoError(t, r.Shutdown(t.Context()))
	})
}

func TestDamagedCaptureIsSaidSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine()
		e.account.Incomplete = errors.New("read packet 7: unexpected EOF")
		core, logs := observer.New(zapcore.InfoLevel)
		set := fakeSettings()
		set.Logger = zap.New(core)
		r := newFake(t, e, set, consumertest.NewNop())
		require.NoError(t, r.Start(t.Context(), newStatusHost()))
		e.end(nil)
		synctest.Wait()
		require.Equal(t, 1, logs.Len())
		assert.Equal(t, zapcore.WarnLevel, logs.All()[0].Level)
		assert.Equal(t, "read packet 7: unexpected EOF", logs.All()[0].ContextMap()["incomplete"])
		require.NoError(t, r.Shutdown(t.Context()))
	})
}

func TestShutdownHonoursItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck, err := consumer.NewTraces(func(ctx context.Context, _ ptrace.Traces) error {
			<-ctx.Done()
			return ctx.Err()
		})
		require.NoError(t, err)
		e := newFakeEngine()
		r := newFake(t, e, fakeSettings(), stuck)
		require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
		e.ch <- newFakeBatch("a")
		e.ch <- newFakeBatch("b")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		err = r.Shutdown(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "flush to the next consumer")
		assert.Equal(t, 3*time.Second, time.Since(began))
		synctest.Wait() // the delivery ends by itself: its context is cancelled
		assert.EqualValues(t, 2, r.(*tracesReceiver).book.refused[refusedShutdown].Load())
	})
}

func TestShutdownReturnsTheEnginesError(t *testing.T) {
	e := newFakeEngine()
	e.shutdownErr = errors.New("detach: gone")
	r := newFake(t, e, fakeSettings(), consumertest.NewNop())
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	require.EqualError(t, r.Shutdown(t.Context()), "detach: gone")
}

func TestTwoInstancesShareNothing(t *testing.T) {
	engines := [2]*fakeEngine{newFakeEngine(), newFakeEngine()}
	sinks := [2]*consumertest.TracesSink{{}, {}}
	var receivers [2]receiver.Traces
	for i := range receivers {
		receivers[i] = newFake(t, engines[i], fakeSettings(), sinks[i])
		require.NoError(t, receivers[i].Start(t.Context(), componenttest.NewNopHost()))
	}
	engines[0].ch <- newFakeBatch("a")
	require.NoError(t, receivers[0].Shutdown(t.Context()))
	engines[1].ch <- newFakeBatch("b", "c")
	require.NoError(t, receivers[1].Shutdown(t.Context()))
	assert.Equal(t, []int{1, 2}, []int{sinks[0].SpanCount(), sinks[1].SpanCount()})
}
