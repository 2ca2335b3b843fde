package beylareceiver

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

var errBusy = errors.New("busy")

// scripted is a consumer that answers with the errors of a list, then accepts.
type scripted struct {
	consumertest.TracesSink
	answers []error
	at      []time.Time
}

func (s *scripted) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	s.at = append(s.at, time.Now())
	if len(s.answers) > 0 {
		err := s.answers[0]
		s.answers = s.answers[1:]
		if err != nil {
			return err
		}
	}
	return s.TracesSink.ConsumeTraces(ctx, td)
}

// newDelivery makes a delivery to next that logs to the returned list.
func newDelivery(t *testing.T, next *scripted) (*delivery, *observer.ObservedLogs, chan struct{}) {
	t.Helper()
	r, err := newTracesReceiver(createDefaultConfig().(*Config), fakeSettings(), next, nil)
	require.NoError(t, err)
	core, logs := observer.New(zapcore.DebugLevel)
	closing := make(chan struct{})
	return &delivery{
		next: next, obs: r.obs, book: r.book, retry: defaultBackoff(), logger: zap.New(core), closing: closing,
	}, logs, closing
}

// queue gives the batches, then io.EOF.
func queue(batches ...*fakeBatch) func() (batch, error) {
	return func() (batch, error) {
		if len(batches) == 0 {
			return nil, io.EOF
		}
		b := batches[0]
		batches = batches[1:]
		return b, nil
	}
}

func always(err error) []error {
	answers := make([]error, 10_000)
	for i := range answers {
		answers[i] = err
	}
	return answers
}

func TestRetriesWithFreshDataUntilAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &scripted{answers: []error{errBusy, errBusy, errBusy}}
		d, logs, _ := newDelivery(t, next)
		began := time.Now()
		b := newFakeBatch("a", "b")
		assert.NoError(t, d.run(t.Context(), queue(b, newFakeBatch("c"))))

		assert.Equal(t, 4, b.built, "one build for each attempt")
		assert.EqualValues(t, 3, d.book.emitted.Load())
		assert.Equal(t, 350*time.Millisecond, time.Since(began), "50 + 100 + 200 ms")
		assert.Equal(t, 3, next.SpanCount())
		<-b.released
		messages := []string{}
		for _, e := range logs.All() {
			messages = append(messages, e.Message)
		}
		assert.Equal(t, []string{
			"the next consumer refuses spans; see otelcol_beyla_refused_spans",
			"the next consumer accepts spans again",
		}, messages, "logged on change only")
	})
}

func TestPermanentErrorIsNotRetried(t *testing.T) {
	next := &scripted{answers: []error{consumererror.NewPermanent(errBusy)}}
	d, _, _ := newDelivery(t, next)
	b := newFakeBatch("a", "b")
	assert.NoError(t, d.run(t.Context(), queue(b, newFakeBatch("c"))))
	assert.Equal(t, 1, b.built)
	assert.EqualValues(t, 2, d.book.refused[refusedPermanent].Load())
	assert.EqualValues(t, 1, d.book.emitted.Load())
	<-b.released
}

func TestGivesUpInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &scripted{answers: always(errBusy)}
		d, _, _ := newDelivery(t, next)
		began := time.Now()
		assert.NoError(t, d.run(t.Context(), queue(newFakeBatch("a", "b"))))
		assert.EqualValues(t, 2, d.book.refused[refusedRetries].Load())
		assert.GreaterOrEqual(t, time.Since(began), d.retry.Total)
		assert.LessOrEqual(t, time.Since(began), d.retry.Total+d.retry.Most)
		longest := time.Duration(0)
		for i := 1; i < len(next.at); i++ {
			longest = max(longest, next.at[i].Sub(next.at[i-1]))
		}
		assert.Equal(t, d.retry.Most, longest)
	})
}

func TestClosingEndsThePauseWithOneMoreAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &scripted{answers: always(errBusy)}
		d, _, closing := newDelivery(t, next)
		first, second := newFakeBatch("a"), newFakeBatch("b", "c")
		done := make(chan struct{})
		go func() { defer close(done); assert.NoError(t, d.run(t.Context(), queue(first, second))) }()
		synctest.Wait() // in the first pause
		close(closing)
		began := time.Now()
		<-done
		assert.Zero(t, time.Since(began))
		assert.Equal(t, []int{2, 2}, []int{first.built, second.built})
		assert.EqualValues(t, 3, d.book.refused[refusedShutdown].Load())
	})
}

func TestCancelledDeliveryOnlyCounts(t *testing.T) {
	next := new(scripted)
	d, _, _ := newDelivery(t, next)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := newFakeBatch("a")
	assert.NoError(t, d.run(ctx, queue(b, newFakeBatch())))
	assert.Zero(t, b.built)
	assert.EqualValues(t, 1, d.book.refused[refusedShutdown].Load())
	<-b.released
}

func TestEmptyBatchGoesNowhere(t *testing.T) {
	next := new(scripted)
	d, _, _ := newDelivery(t, next)
	b := newFakeBatch()
	assert.NoError(t, d.run(t.Context(), queue(b)))
	assert.Empty(t, next.at)
	<-b.released
}
