//go:build linux && (amd64 || arm64)

// Package pipeline joins the stages: raw record -> event -> flow -> protocol ->
// correlation -> span -> batch. It is the only package that knows all of them.
//
// One goroutine does all of it, so that there are no locks and the same recorded
// input always gives the same spans. One bounded channel leads out of it; a
// batch that finds the channel full is dropped and counted, and the ring is read on.
package pipeline

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/proto/all"
	"github.com/beylareceiver/beylareceiver/internal/replay"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// Config is everything that a pipeline needs to know. All of it is checked by
// whoever fills it in.
type Config struct {
	// Pcap is a capture file to read; empty: the kernel's tap, or interfaces.
	Pcap string
	// Interfaces, if not nil, says which network interfaces to read; with Sockets
	// the kernel's tap is read as well, and what both show is told once.
	Interfaces *iface.Options
	Sockets    bool
	// Replay and Tap configure the two sources.
	Replay replay.Options
	Tap    tap.Options
	// Sides are the ends of a connection in a capture that make spans. A
	// socket of the tap always speaks for its own end.
	Sides Sides

	Protocols all.Config
	// Off names protocols that are recognised and counted, but make no spans.
	Off map[string]bool
	// DropOTLP and DropHealthProbes leave those exchanges out, and count them.
	DropOTLP, DropHealthProbes bool
	// Include and Exclude select flows.
	Include, Exclude []selection.Rule

	// Correlate says how parents are found; Random is filled in.
	Correlate correlate.Options
	// Timing puts beyla.timing attributes on spans.
	Timing bool

	Flow    flow.Config
	Process process.Options
	// MaxInflight caps exchanges between request and span.
	MaxInflight int
	// FlushInterval is how long a finished span waits for others.
	FlushInterval time.Duration
	// MaxBatch is the largest number of spans in one batch.
	MaxBatch int
	// StreamReport is how long a stream may be open before there is a span of it, and how
	// long before the next one; zero: there is one when it is over.
	StreamReport time.Duration
	// Explain remembers connections for Engine.Explain.
	Explain bool
	// Queue is how many batches may wait for the consumer.
	Queue int
	// Overloaded, if not nil, is told when exchanges begin to be left out, or records to be lost, because
	// more comes than is read, and when that is over. The goroutine that runs the pipeline calls it.
	Overloaded func(bool)
}

// Sides says for which ends of a captured connection spans are made.
type Sides uint8

// The choices.
const (
	ServerSide Sides = 1 << iota
	ClientSide
	BothSides = ServerSide | ClientSide
)
