package beylareceiver

import (
	"context"
	"errors"
	"io"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.uber.org/zap"
)

// format is what the Collector's own telemetry calls the receiver's data.
const format = "beyla"

// backoff says how long a batch that the next consumer refused is tried again.
type backoff struct {
	// First is the pause after the first refusal; each one after it is twice as
	// long, up to Most.
	First, Most time.Duration
	// Total is how long after its first attempt a batch is given up.
	Total time.Duration
}

func defaultBackoff() backoff {
	return backoff{First: 50 * time.Millisecond, Most: 5 * time.Second, Total: 30 * time.Second}
}

// delivery hands batches to the next consumer, one at a time. While it waits,
// the engine's queue fills up, and then the engine drops whole batches: a slow
// consumer never slows the reading of the ring.
type delivery struct {
	next   consumer.Traces
	obs    *receiverhelper.ObsReport
	book   *telemetry
	retry  backoff
	logger *zap.Logger
	// closing is closed when the receiver shuts down: every batch that is left
	// gets one more attempt and no pause.
	closing <-chan struct{}

	refusing bool
}

// run delivers until next answers io.EOF, or an error, which it returns. When
// ctx is cancelled, what is left is counted instead.
func (d *delivery) run(ctx context.Context, next func() (batch, error)) error {
	for {
		b, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if n := b.Len(); n > 0 {
			d.deliver(ctx, b, n)
		}
		b.Release()
	}
}

func (d *delivery) deliver(ctx context.Context, b batch, spans int) {
	var (
		giveUp = time.Now().Add(d.retry.Total)
		pause  = d.retry.First
		last   bool
	)
	for {
		if ctx.Err() != nil {
			d.book.dropped(spans, refusedShutdown)
			return
		}
		err := d.attempt(ctx, b, spans)
		d.note(err)
		switch {
		case err == nil:
			d.book.delivered(ctx, spans, b.Oldest())
			return
		case consumererror.IsPermanent(err):
			d.book.dropped(spans, refusedPermanent)
			return
		case last:
			d.book.dropped(spans, refusedShutdown)
			return
		case !time.Now().Before(giveUp):
			d.book.dropped(spans, refusedRetries)
			return
		}
		last = !d.wait(ctx, pause)
		pause = min(2*pause, d.retry.Most)
	}
}

// attempt offers the batch once.
func (d *delivery) attempt(ctx context.Context, b batch, spans int) error {
	op := d.obs.StartTracesOp(ctx)
	err := d.next.ConsumeTraces(op, b.Build())
	d.obs.EndTracesOp(op, format, spans, err)
	return err
}

// wait pauses; false means that the receiver is shutting down.
func (d *delivery) wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-d.closing:
		return false
	case <-ctx.Done():
		return false
	}
}

// note logs when the next consumer begins and ceases to refuse, never per batch.
func (d *delivery) note(err error) {
	if (err != nil) == d.refusing {
		return
	}
	d.refusing = err != nil
	if d.refusing {
		d.logger.Warn("the next consumer refuses spans; see otelcol_beyla_refused_spans", zap.Error(err))
	} else {
		d.logger.Info("the next consumer accepts spans again")
	}
}
