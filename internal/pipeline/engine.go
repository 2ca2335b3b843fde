//go:build linux && (amd64 || arm64)

package pipeline

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/clock"
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/replay"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/span"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// Engine is one running pipeline. Open makes it, Run works until its source
// ends, Stop makes it end, Close frees it. Stats may be called at any time.
type Engine struct {
	cfg   Config
	src   source
	tap   *tap.Tap      // nil for a capture
	file  *capture      // nil unless it is a capture file
	wire  *iface.Source // nil unless it is interfaces
	clock clock.Clock

	book      ledger.Ledger
	flows     *flow.Table
	protocols []protocol
	fallback  *protocol // whoever takes connections that nobody claims; nil: they are ignored
	selector  *selection.Selector
	procs     *process.Cache
	correlate *correlate.Correlator
	builder   *span.Builder
	explain   *explainer // nil when connections are not remembered
	owners    bool       // the source tells who holds a socket
	sweeps    bool       // the kernel side does not clean up after sockets by itself

	raw     []byte
	ev      event.Event
	segment proto.Segment
	input   span.Input

	udp     map[uint64]udpSocket
	known   map[uint32]known
	polls   polls
	seen    sightings // when two sources are read
	waiting []waiting
	streams []*proto.Exchange // open ones
	stages  []*stage          // spare

	batch     *Batch
	out       chan *Batch
	spare     chan *Batch
	quit      chan struct{}
	stop      sync.Once
	lastTick  int64
	lastFlush int64
	lastSweep int64
	dozing    bool
	newest    int64  // time of the newest record
	lost      uint32 // event.Event.Lost of the newest message
	overload  overload

	count counters
	// what the sources counted: the tap's final count, the capture's last one
	kernel   atomic.Pointer[tap.Counters]
	captured atomic.Pointer[replay.Stats]
}

// protocol is a registered one and whether it makes spans.
type protocol struct {
	proto.Protocol
	off    bool
	errors *atomic.Uint64
}

// Batches is where finished spans come out. It is closed at the end of Run.
func (e *Engine) Batches() <-chan *Batch { return e.out }

// Report says what the kernel accepted; the zero value for a capture.
func (e *Engine) Report() tap.Report {
	if e.tap == nil {
		return tap.Report{}
	}
	return e.tap.Report()
}

// Reachable tells whether the kernel still lets the engine look into its maps.
func (e *Engine) Reachable() bool {
	if e.tap == nil {
		return true
	}
	_, err := e.tap.Counters()
	return err == nil
}

// Wire says which interfaces are read and how; the zero value for other sources.
func (e *Engine) Wire() iface.Report {
	if e.wire == nil {
		return iface.Report{}
	}
	return e.wire.Report()
}

// Stop makes Run end once it has worked off what the source still holds.
func (e *Engine) Stop() error {
	e.stop.Do(func() { close(e.quit) })
	return e.src.Detach()
}

// Close frees the source. Call it after Run has ended, or instead of Run.
func (e *Engine) Close() error {
	e.keepCounters()
	return e.src.Close()
}

// ticks is how many records are handled between two looks at the clock.
const ticks = 256

// tickInterval is how often, in nanoseconds, timers are looked at under load.
const tickInterval = int64(10 * time.Millisecond)

// sweepInterval is how often, in nanoseconds, processes that have exited are looked for.
const sweepInterval = int64(time.Second)

// Run works until the source ends: by Stop, at the end of a capture, or by an
// error, which it returns. Everything held is flushed either way.
func (e *Engine) Run() error {
	defer close(e.out)
	e.lastFlush = e.clock.Now()
	err := e.follow()
	e.keepCounters()
	e.flows.Flush(e.clock.Now())
	e.settleWaiting(true)
	e.flush()
	e.explain.end()
	return err
}

func (e *Engine) follow() error {
	for n := 0; ; n++ {
		err := e.src.Read(&e.raw)
		switch {
		case err == nil:
			e.awake()
			e.handle()
			if n%ticks == ticks-1 {
				e.tick(false)
			}
		case errors.Is(err, os.ErrDeadlineExceeded):
			e.tick(true)
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
		if e.file != nil && e.stopped() {
			return nil
		}
	}
}

func (e *Engine) stopped() bool {
	select {
	case <-e.quit:
		return true
	default:
		return false
	}
}

// handle takes one raw record through all stages.
func (e *Engine) handle() {
	if err := event.Decode(e.raw, &e.ev); err != nil {
		e.count.malformed.Add(1)
		return
	}
	e.newest = max(e.newest, e.ev.Time)
	if e.ev.Flags&event.MsgStart != 0 {
		e.lost = e.ev.Lost
	}
	switch e.ev.Kind {
	case event.Read:
		e.read(&e.ev)
		return
	case event.Owner: // now: a short-lived process is gone when its exchange is done
		e.meet(e.ev.Process, e.procs.Lookup(e.ev.Process))
	}
	e.flows.Handle(&e.ev)
}

// tick does what time brings. drained says that every record of before has
// been handled.
func (e *Engine) tick(drained bool) {
	now := e.clock.Now()
	if !drained && now-e.lastTick < tickInterval {
		return
	}
	e.lastTick = now
	e.flows.Tick(now)
	e.poll(now, drained)
	e.settleWaiting(false)
	e.explain.answer(now)
	if now-e.lastSweep >= sweepInterval {
		e.lastSweep = now
		e.procs.Sweep()
		e.correlate.Sweep()
		e.tendStreams(now)
		e.publish()
		e.watchLoad(now)
	}
	if now-e.lastFlush >= int64(e.cfg.FlushInterval) {
		e.lastFlush = now
		e.sync()
		e.flush()
	}
	if drained && now-e.newest >= dozeAfter && e.nothingPends() {
		e.src.Doze()
		e.dozing = true
	}
}

// awake is called with every record. The first one after a doze may come long after the last look at
// the wall clock, which may have been stepped meanwhile.
func (e *Engine) awake() {
	if e.dozing {
		e.dozing = false
		e.sync()
	}
}

// sync follows the wall clock.
func (e *Engine) sync() {
	if e.clock.Sync() != 0 {
		e.count.steps.Add(1)
	}
}

// dozeAfter is how long, in nanoseconds, nothing must have happened before the
// reader of the ring stops looking every few milliseconds.
const dozeAfter = int64(250 * time.Millisecond)

// nothingPends tells whether nobody waits for time to pass.
func (e *Engine) nothingPends() bool {
	return e.batch.spans.Len() == 0 && len(e.waiting) == 0 && len(e.polls.list) == 0 && len(e.polls.asked) == 0
}

// publish shows other goroutines what a capture has given so far.
func (e *Engine) publish() {
	var st replay.Stats
	switch {
	case e.file != nil:
		st = e.file.Stats()
	case e.wire != nil:
		st = e.wire.Stats()
	default:
		return
	}
	e.captured.Store(&st)
}

// keepCounters keeps what the source counted beyond its end.
func (e *Engine) keepCounters() {
	e.publish()
	if e.tap == nil || e.kernel.Load() != nil {
		return
	}
	_ = e.tap.Detach() // Close tells the error
	if c, err := e.tap.Counters(); err == nil {
		e.kernel.Store(&c)
	}
}
