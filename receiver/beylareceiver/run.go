package beylareceiver

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// run is what lives from Start to Shutdown.
type run struct {
	engine       engine
	page         *explainPage
	book         *telemetry
	registration metric.Registration
	status       *status
	logger       *zap.Logger
	cancel       context.CancelFunc
	// closing is closed when Shutdown begins, done when the last batch was dealt with.
	closing, done chan struct{}
}

// work delivers until the engine has nothing more to give.
func (r *run) work(ctx context.Context, d *delivery) {
	defer close(r.done)
	err := d.run(ctx, r.engine.Next)
	if err != nil {
		r.logger.Error("the receiver stopped working", zap.Error(err))
		r.status.broken(err)
		return
	}
	select {
	case <-r.closing:
	default:
		r.summarize()
	}
}

// summarize says what became of a source that has come to its end.
func (r *run) summarize() {
	var s stats
	r.engine.Stats(&s)
	level, fields := zapcore.InfoLevel, []zap.Field{
		zap.Uint64("packets", s.Packets),
		zap.Uint64("messages", s.Received),
		zap.Uint64("spans", r.book.emitted.Load()),
		zap.Uint64("lost_records", total(s.KernelLost)),
		zap.Uint64("lost_messages", total(s.Dropped)),
		zap.Uint64("filtered_messages", total(s.Filtered)),
		zap.Uint64("refused_spans", r.book.refusedTotal(&s)),
	}
	if s.Incomplete != nil {
		level, fields = zapcore.WarnLevel, append(fields, zap.NamedError("incomplete", s.Incomplete))
	}
	r.logger.Log(level, "end of the capture", fields...)
}

// stop flushes and frees. Past ctx's deadline what is left is counted, not delivered.
func (r *run) stop(ctx context.Context) error {
	r.status.hush()
	close(r.closing)
	defer r.cancel()
	defer context.AfterFunc(ctx, r.cancel)()

	errs := []error{r.page.close(ctx), r.engine.Shutdown(ctx)}
	select {
	case <-r.done:
	case <-ctx.Done():
		errs = append(errs, fmt.Errorf("flush to the next consumer: %w", ctx.Err()))
	}
	if err := r.registration.Unregister(); err != nil {
		errs = append(errs, fmt.Errorf("unregister self-telemetry: %w", err))
	}
	return errors.Join(errs...)
}
