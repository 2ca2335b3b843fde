//go:build linux && (amd64 || arm64)

package pipeline

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/span"
)

// Batch is a run of finished spans on their way to the consumer, which gives
// its memory back with Release.
type Batch struct {
	spans  span.Batch
	engine *Engine
}

// spareBatches is how many released batches are kept for use again: what a
// steady stream needs. The memory of a burst goes back.
const spareBatches = 4

// Spans are the spans, good until Release.
func (b *Batch) Spans() []span.Span { return b.spans.Spans() }

// Oldest is when the oldest of the spans ended; zero for a capture, whose
// spans ended before anybody read it.
func (b *Batch) Oldest() time.Time {
	if b.engine.file != nil || b.spans.Len() == 0 {
		return time.Time{}
	}
	oldest := uint64(1<<63 - 1)
	spans := b.spans.Spans()
	for i := range spans {
		oldest = min(oldest, spans[i].End)
	}
	return time.Unix(0, int64(oldest))
}

// Release gives the memory back.
func (b *Batch) Release() {
	b.spans.Reset()
	select {
	case b.engine.spare <- b:
	default:
	}
}

func (e *Engine) newBatch() *Batch {
	select {
	case b := <-e.spare:
		return b
	default:
		return &Batch{engine: e}
	}
}

// flush hands the batch to the consumer. The consumer of a live host must not
// hold up the ring: a batch that finds the queue full is dropped and counted.
// A capture can wait.
func (e *Engine) flush() {
	n := e.batch.spans.Len()
	if n == 0 {
		return
	}
	e.count.built.Add(uint64(n))
	if e.file != nil {
		select {
		case e.out <- e.batch:
			e.batch = e.newBatch()
			return
		case <-e.quit: // the consumer may have gone
		}
	}
	select {
	case e.out <- e.batch:
		e.batch = e.newBatch()
	default:
		e.count.queueFull.Add(uint64(n))
		e.batch.spans.Reset()
	}
}
