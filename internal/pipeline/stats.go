//go:build linux && (amd64 || arm64)

package pipeline

import (
	"sync/atomic"

	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/replay"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// counters are written by the pipeline's goroutine, and read by any.
type counters struct {
	inflight  atomic.Int64
	built     atomic.Uint64
	queueFull atomic.Uint64
	malformed atomic.Uint64
	orders    atomic.Uint64
	steps     atomic.Uint64
}

// Stats is a moment's account of an engine.
type Stats struct {
	// Kernel is what the tap counted; zero for a capture.
	Kernel tap.Counters
	// RingFill and RingCapacity are bytes; zero for a capture.
	RingFill, RingCapacity int
	// Capture is what was read of a capture or of interfaces; zero for the tap.
	Capture replay.Stats
	// Interfaces is what the kernel counted of interfaces; zero for anything else.
	Interfaces iface.Counters
	// Received, Held and Ended are the ledger's: messages by how they ended.
	Received uint64
	Held     int64
	Ended    [ledger.Reasons]uint64
	// ParserErrors are by protocol, in the registry's order.
	ParserErrors []ProtocolErrors
	// Built is how many spans were made, QueueFull how many of them found the
	// consumer's queue full.
	Built, QueueFull uint64
	// Malformed records failed their checks; FailedOrders did not reach the
	// kernel's verdicts; ClockSteps is how often the wall clock was stepped.
	Malformed, FailedOrders, ClockSteps uint64

	// Parents is how spans came by their parents, Links how many links there are.
	Parents []correlate.Count
	Links   []correlate.LinkCount

	Inflight, MaxInflight int64
	Flows                 flow.Stats
	Processes             process.Stats
}

// ProtocolErrors is how often bytes in a protocol already known made no sense.
type ProtocolErrors struct {
	Protocol string
	N        uint64
}

// Stats reads the account; from any goroutine, also after Close.
func (e *Engine) Stats() Stats {
	s := Stats{
		Received:     e.book.Received(),
		Held:         e.book.Held(),
		Built:        e.count.built.Load(),
		QueueFull:    e.count.queueFull.Load(),
		Malformed:    e.count.malformed.Load(),
		FailedOrders: e.count.orders.Load(),
		ClockSteps:   e.count.steps.Load(),
		Inflight:     e.count.inflight.Load(),
		MaxInflight:  int64(e.cfg.MaxInflight),
		Parents:      e.correlate.Tally().Counts(),
		Links:        e.correlate.Tally().Links(),
		Flows:        e.flows.Stats(),
		Processes:    e.procs.Stats(),
	}
	for r := range s.Ended {
		s.Ended[r] = e.book.Ended(ledger.Reason(r))
	}
	for i := range e.protocols {
		p := &e.protocols[i]
		s.ParserErrors = append(s.ParserErrors, ProtocolErrors{Protocol: p.Name(), N: p.errors.Load()})
	}
	e.sourceStats(&s)
	return s
}

func (e *Engine) sourceStats(s *Stats) {
	if c := e.captured.Load(); c != nil {
		s.Capture = *c
	}
	if e.wire != nil {
		if c, err := e.wire.Counters(); err == nil {
			s.Interfaces = c
		}
	}
	if e.tap == nil {
		return
	}
	s.RingCapacity = e.cfg.Tap.RingBytes
	if c := e.kernel.Load(); c != nil {
		s.Kernel = *c
		return
	}
	s.RingFill = e.tap.Fill()
	if c, err := e.tap.Counters(); err == nil {
		s.Kernel = c
	}
}

// order counts an order that did not reach the kernel; the flow goes on as before.
func (e *Engine) order(err error) {
	if err != nil {
		e.count.orders.Add(1)
	}
}
