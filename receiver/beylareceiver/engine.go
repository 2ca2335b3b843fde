package beylareceiver

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver"
)

// engine is what the door needs of the pipeline behind it.
type engine interface {
	// Start opens what has to be opened and begins to work; ctx bounds the
	// opening, not the work.
	Start(ctx context.Context) error
	// Next waits for the next batch. It answers io.EOF once nothing more will
	// come (after Shutdown, or at the end of a capture file), and another error
	// when the engine failed. A live engine never waits for its reader: batches
	// for which the queue has no room are dropped and counted in stats.QueueFull.
	Next() (batch, error)
	// Shutdown stops reading and flushes what is held to Next. It returns by
	// ctx's deadline, frees everything either way, and may be called after a
	// failed Start.
	Shutdown(ctx context.Context) error
	// Stats fills in s (already empty). It may be called from any goroutine
	// once Start has succeeded, also after Shutdown.
	Stats(s *stats)
}

// batch is a run of finished spans on their way to the next consumer.
type batch interface {
	// Len is the number of spans.
	Len() int
	// Build makes new pdata of them. It is called again for every attempt,
	// because the pdata of an earlier one belongs to the consumer.
	Build() ptrace.Traces
	// Oldest is when the oldest of the exchanges ended; zero when that was not
	// in this collector's lifetime (a capture file).
	Oldest() time.Time
	// Release gives the spans' memory back. Nothing else is called after it.
	Release()
}

// newEngine makes the engine of one instance. It opens nothing. The engine
// calls report when its health changes.
type newEngine func(cfg *Config, set receiver.Settings, report func(health)) (engine, error)

// health is how well a running engine can do its work.
type health struct {
	// Err says what is missing; nil when nothing is.
	Err error
	// Missing names the features that are off for it.
	Missing []string
	// Scenario is how the receiver is deployed, a word of internal/preflight; it may be empty.
	Scenario string
	// Add are the lines (manifest keys, capabilities, mounts) that would turn them on.
	Add []string
}

// stats is a moment's account of an engine. The equations are those of
// internal/ledger.
type stats struct {
	// Packets is how many packets were looked at; of a live host, those with payload.
	Packets uint64
	// KernelMessages is how many messages began there.
	KernelMessages uint64
	// KernelLost are records that did not reach user space, KernelSkipped
	// packets that were left out on purpose; by reason.
	KernelLost, KernelSkipped []count
	// Shed is how many of the messages that began there were left out on purpose, because more came
	// than was read.
	Shed uint64
	// RingBytes of RingCapacity wait to be read; both 0 without a ring.
	RingBytes, RingCapacity int64
	// FailedConnects is how many outgoing connections came to nothing.
	FailedConnects uint64
	// Received is how many messages reached user space, Used how many of them
	// became part of a span, Held how many are under way.
	Received, Used uint64
	Held           int64
	// Dropped and Filtered are messages that became part of no span, by reason.
	Dropped, Filtered []count
	// ParserErrors are by protocol.
	ParserErrors []count
	// QueueFull is how many finished spans found the queue full.
	QueueFull uint64
	// Parents is how spans came by their parents, Links how many links they have,
	// by evidence.
	Parents []parentCount
	Links   []count
	// Incomplete says why a capture file was not read to its end.
	Incomplete error

	Flows, Inflight, ReassemblyBytes, Processes gauge
}

// count is how often something happened.
type count struct {
	// What is a low-cardinality word.
	What string
	N    uint64
}

// parentCount is how often spans of a service came by a parent in one way, or by
// none for one reason. Its fields are those of the pipeline's.
type parentCount struct {
	// Service is a service.name.
	Service string
	// Outcome is an evidence when Found is true, else a reason; a low-cardinality word.
	Outcome string
	Found   bool
	N       uint64
}

// gauge is how much of a limit is in use.
type gauge struct {
	Value, Limit int64
}

func total(counts []count) uint64 {
	var n uint64
	for _, c := range counts {
		n += c.N
	}
	return n
}
