package beylareceiver

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.uber.org/zap"
)

// tracesReceiver is one instance of the component. It owns nothing until Start.
type tracesReceiver struct {
	cfg    *Config
	set    receiver.Settings
	next   consumer.Traces
	create newEngine
	retry  backoff
	obs    *receiverhelper.ObsReport
	book   *telemetry

	mu  sync.Mutex
	run *run
}

func newTracesReceiver(cfg *Config, set receiver.Settings, next consumer.Traces, create newEngine) (*tracesReceiver, error) {
	obs, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID:             set.ID,
		Transport:              string(cfg.Capture.Source),
		LongLivedCtx:           true,
		ReceiverCreateSettings: set,
	})
	if err != nil {
		return nil, fmt.Errorf("create receiver telemetry: %w", err)
	}
	book, err := newTelemetry(set)
	if err != nil {
		return nil, err
	}
	return &tracesReceiver{
		cfg: cfg, set: set, next: next, create: create, retry: defaultBackoff(), obs: obs, book: book,
	}, nil
}

// Start opens the engine and begins to deliver. What it starts lives until
// Shutdown, not until ctx ends.
func (r *tracesReceiver) Start(ctx context.Context, host component.Host) error {
	st := &status{host: host}
	run, err := r.begin(ctx, st)
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.run = run
		return nil
	}
	if r.cfg.OnError == OnErrorPropagate {
		return err
	}
	r.set.Logger.Error("the receiver does not work; the collector runs on without it (on_error: ignore)", zap.Error(err))
	st.broken(err)
	return nil
}

func (r *tracesReceiver) begin(ctx context.Context, st *status) (*run, error) {
	eng, err := r.create(r.cfg, r.set, st.healthy)
	if err != nil {
		return nil, err
	}
	if err := eng.Start(ctx); err != nil {
		return nil, errors.Join(err, eng.Shutdown(ctx))
	}
	page, err := r.openPage(ctx, eng, st.host)
	if err != nil {
		return nil, errors.Join(err, eng.Shutdown(ctx))
	}
	reg, err := r.book.observe(eng.Stats)
	if err != nil {
		return nil, errors.Join(err, page.close(ctx), eng.Shutdown(ctx))
	}
	run := &run{
		engine: eng, page: page, book: r.book, registration: reg, status: st, logger: r.set.Logger,
		closing: make(chan struct{}), done: make(chan struct{}),
	}
	var life context.Context
	life, run.cancel = context.WithCancel(context.Background())
	go run.work(life, &delivery{ //nolint:contextcheck // the work outlives Start's context
		next: r.next, obs: r.obs, book: r.book, retry: r.retry, logger: r.set.Logger, closing: run.closing,
	})
	return run, nil
}

// Shutdown flushes what is held to the next consumer and frees everything, by
// ctx's deadline. It may be called without Start, and twice.
func (r *tracesReceiver) Shutdown(ctx context.Context) error {
	r.mu.Lock()
	run := r.run
	r.run = nil
	r.mu.Unlock()
	if run == nil {
		return nil
	}
	return run.stop(ctx)
}
