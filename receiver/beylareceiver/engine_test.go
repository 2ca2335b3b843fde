package beylareceiver

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/beylareceiver/beylareceiver/receiver/beylareceiver/internal/metadata"
)

// fakeEngine is an engine whose batches a test makes.
type fakeEngine struct {
	startErr, shutdownErr error
	account               stats
	report                func(health)

	mu        sync.Mutex
	ch        chan batch
	closed    bool
	err       error
	shutdowns int
}

func newFakeEngine() *fakeEngine { return &fakeEngine{ch: make(chan batch, 64)} }

func (e *fakeEngine) Start(context.Context) error { return e.startErr }

func (e *fakeEngine) Next() (batch, error) {
	if b, ok := <-e.ch; ok {
		return b, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return nil, e.err
	}
	return nil, io.EOF
}

func (e *fakeEngine) Shutdown(context.Context) error {
	e.end(nil)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shutdowns++
	return e.shutdownErr
}

func (e *fakeEngine) Stats(s *stats) { *s = e.account }

// end ends the batches, once: with err, or with io.EOF for nil.
func (e *fakeEngine) end(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.closed, e.err = true, err
		close(e.ch)
	}
}

// create is a newEngine that gives e.
func (e *fakeEngine) create(_ *Config, _ receiver.Settings, report func(health)) (engine, error) {
	e.report = report
	return e, nil
}

// fakeBatch is a batch of spans named by ids.
type fakeBatch struct {
	ids      []string
	oldest   time.Time
	built    int
	released chan struct{}
}

func newFakeBatch(ids ...string) *fakeBatch {
	return &fakeBatch{ids: ids, released: make(chan struct{})}
}

func (b *fakeBatch) Len() int          { return len(b.ids) }
func (b *fakeBatch) Oldest() time.Time { return b.oldest }
func (b *fakeBatch) Release()          { close(b.released) }

func (b *fakeBatch) Build() ptrace.Traces {
	b.built++
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for _, id := range b.ids {
		s := spans.AppendEmpty()
		s.SetName(id)
		s.Attributes().PutStr(receivertest.UniqueIDAttrName, id)
	}
	return td
}

// fakeFactory makes receivers whose engines come from create.
func fakeFactory(create newEngine, retry backoff) receiver.Factory {
	return receiver.NewFactory(metadata.Type, createDefaultConfig, receiver.WithTraces(
		func(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Traces) (receiver.Traces, error) {
			r, err := newTracesReceiver(cfg.(*Config), set, next, create)
			if err != nil {
				return nil, err
			}
			r.retry = retry
			return r, nil
		}, metadata.TracesStability))
}

// newFake makes one receiver on a fake engine.
func newFake(t *testing.T, e *fakeEngine, set receiver.Settings, next consumer.Traces, change ...func(*Config)) receiver.Traces {
	t.Helper()
	f := fakeFactory(e.create, defaultBackoff())
	cfg := f.CreateDefaultConfig().(*Config)
	for _, c := range change {
		c(cfg)
	}
	r, err := f.CreateTraces(t.Context(), set, cfg, next)
	require.NoError(t, err)
	return r
}

func fakeSettings() receiver.Settings { return receivertest.NewNopSettings(metadata.Type) }
