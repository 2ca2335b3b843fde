//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/selection"
)

// stage is what the engine knows of an exchange between request and span.
type stage struct {
	session *session
	// ids are the places of the spans that the exchange will become, by proto.Side.
	ids [2]correlate.Identity
	// refused: the cap of exchanges in flight was reached.
	refused bool
	// call is what a server on this host may find; parent is what this server
	// span stands on. Either may be nil.
	call, parent *correlate.Call
}

// sides are the ends of the connection for which spans are made.
func (s *session) sides() Sides {
	switch {
	case s.e.file != nil:
		return s.e.cfg.Sides
	case s.server():
		return ServerSide
	}
	return ClientSide
}

var _ proto.Sink = (*session)(nil)

// Open implements proto.Sink: the request is known, so its spans have ids.
func (s *session) Open(x *proto.Exchange) {
	e := s.e
	st := e.newStage()
	st.session = s
	st.refused = e.count.inflight.Add(1) > int64(e.cfg.MaxInflight)
	x.Stage = st
	switch s.sides() {
	case ClientSide:
		st.ids[proto.Client] = e.correlate.Client(x)
		st.call = e.correlate.Announce(x, st.ids[proto.Client])
	case ServerSide:
		st.ids[proto.Server], st.parent = e.correlate.Server(x)
	case BothSides: // a capture, seen once: this very request is its own evidence
		st.ids[proto.Client] = e.correlate.Client(x)
		st.ids[proto.Server] = e.correlate.Below(st.ids[proto.Client])
	}
}

func sideBit(side proto.Side) Sides {
	if side == proto.Server {
		return ServerSide
	}
	return ClientSide
}

// Done implements proto.Sink.
func (s *session) Done(x *proto.Exchange) {
	if x.Mark&proto.MarkStream != 0 {
		s.lost = ledger.Opaque // whatever follows
	}
	if s.e.early(x) {
		s.e.wait(x)
		return
	}
	s.e.settle(x)
}

// early tells whether something is about to be known that the span needs: who
// holds the socket, or whether the client's span is one.
func (e *Engine) early(x *proto.Exchange) bool {
	st := x.Stage.(*stage)
	if st.parent != nil && st.parent.Fate() == correlate.Pending {
		return true
	}
	return e.owners && st.session.holder().PID == 0 && st.session.flow != nil
}

// Lost implements proto.Sink.
func (s *session) Lost(m proto.Account, why proto.Lost) {
	s.lost = lostReasons[why]
	if why == proto.LostSyntax {
		s.protocol.errors.Add(1)
	}
	if m, ok := m.(*ledger.Message); ok {
		m.Because(s.lost)
	}
}

var lostReasons = [...]ledger.Reason{
	proto.LostGap:       ledger.Gap,
	proto.LostSyntax:    ledger.ParserGaveUp,
	proto.LostNoRequest: ledger.NoRequest,
	proto.LostCap:       ledger.Inflight,
	proto.LostOpaque:    ledger.Opaque,
}

// settle ends an exchange: in spans, or in a counter.
func (e *Engine) settle(x *proto.Exchange) {
	st := x.Stage.(*stage)
	why := e.judge(x, st)
	if why == ledger.Used {
		e.emit(x, st)
	}
	e.uncouple(st, why)
	resolve(&x.Request, why)
	resolve(&x.Response, why)
	x.Stage = nil
	x.Semantics.Release()
	e.count.inflight.Add(-1)
	e.freeStage(st)
}

// uncouple tells the servers that stand on this exchange what became of it, and
// lets go of the one that it stands on.
func (e *Engine) uncouple(st *stage, why ledger.Reason) {
	if st.call != nil {
		fate := correlate.Emitted
		if why != ledger.Used {
			fate = correlate.Dropped
		}
		e.correlate.Settle(st.call, fate)
	}
	if st.parent != nil {
		e.correlate.Release(st.parent)
	}
}

// judge tells why an exchange becomes no span; ledger.Used when it does.
func (e *Engine) judge(x *proto.Exchange, st *stage) ledger.Reason {
	switch {
	case st.refused:
		return ledger.Inflight
	case st.session.choose(true) == selection.Unselected:
		if s := st.session; s.state != deaf && s.choice == selection.Unselected {
			s.deafen(ledger.Unselected)
		}
		return ledger.Unselected
	case e.cfg.DropOTLP && x.Mark&proto.MarkOTLP != 0:
		return ledger.OTLPExport
	case e.cfg.DropHealthProbes && x.Mark&proto.MarkHealthProbe != 0:
		return ledger.HealthProbe
	case x.Fault == proto.NotObserved && !x.Response.Seen:
		return ledger.NoResponse // it may have had one: a span would tell a duration that nobody saw
	}
	return ledger.Used
}

func resolve(m *proto.Message, why ledger.Reason) {
	for _, a := range m.Accounts {
		if a, ok := a.(*ledger.Message); ok {
			a.Resolve(why)
		}
	}
}

// emit builds the spans of an exchange.
func (e *Engine) emit(x *proto.Exchange, st *stage) {
	s := st.session
	if st.parent != nil && st.parent.Fate() != correlate.Emitted {
		st.ids[proto.Server] = e.correlate.Reroot(x, st.ids[proto.Server])
	}
	in := &e.input
	in.Exchange, in.Endpoints, in.Resource = x, s.endpoints(), e.procs.Lookup(s.holder())
	for _, side := range [...]proto.Side{proto.Server, proto.Client} {
		if s.sides()&sideBit(side) == 0 {
			continue
		}
		in.Side, in.Identity = side, st.ids[side]
		e.builder.Build(e.batch.spans.Add(), in)
	}
	if e.batch.spans.Len() >= e.cfg.MaxBatch {
		e.flush()
	}
}

func (e *Engine) newStage() *stage {
	if n := len(e.stages); n > 0 {
		st := e.stages[n-1]
		e.stages = e.stages[:n-1]
		return st
	}
	return new(stage)
}

func (e *Engine) freeStage(st *stage) {
	*st = stage{}
	if len(e.stages) < 4096 {
		e.stages = append(e.stages, st)
	}
}

// waiting is a finished exchange whose process is not known yet (on loopback
// the whole exchange may pass before the client's thread is back from its send), or
// whose client span is not over.
type waiting struct {
	exchange *proto.Exchange
	since    int64
}

// How long, in nanoseconds, an exchange waits: for its owner, and for its
// client, whose end of the exchange is over within microseconds unless its
// records were lost.
const (
	ownerWait  = int64(50e6)
	parentWait = int64(500e6)
)

func (e *Engine) wait(x *proto.Exchange) {
	e.waiting = append(e.waiting, waiting{exchange: x, since: e.clock.Now()})
}

// settleWaiting ends the exchanges that wait for nothing any more, or have
// waited long enough, or all.
func (e *Engine) settleWaiting(all bool) {
	if len(e.waiting) == 0 {
		return
	}
	if all { // a server may wait for a client that waits for its owner
		e.settleSome(func(w *waiting) bool { return w.stage().parent == nil })
	}
	now := e.clock.Now()
	e.settleSome(func(w *waiting) bool {
		return all || !e.early(w.exchange) || now-w.since > w.patience()
	})
}

// settleSome ends the waiting exchanges that are due.
func (e *Engine) settleSome(due func(*waiting) bool) {
	kept := e.waiting[:0]
	for _, w := range e.waiting {
		if due(&w) {
			e.settle(w.exchange)
			continue
		}
		kept = append(kept, w)
	}
	clear(e.waiting[len(kept):])
	e.waiting = kept
}

func (w *waiting) stage() *stage { return w.exchange.Stage.(*stage) }

// patience is how long the exchange may wait.
func (w *waiting) patience() int64 {
	if p := w.stage().parent; p != nil && p.Fate() == correlate.Pending {
		return parentWait
	}
	return ownerWait
}
