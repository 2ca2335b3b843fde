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
	for _, side := range [...]proto.Side{proto.Server, proto.Client} {
		if s.sides()&sideBit(side) != 0 {
			st.ids[side] = e.correlate.Open(x, side)
		}
	}
	x.Stage = st
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
	if s.e.owners && s.holder().PID == 0 && s.flow != nil {
		s.e.wait(x)
		return
	}
	s.e.settle(x)
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
	resolve(&x.Request, why)
	resolve(&x.Response, why)
	x.Stage = nil
	x.Semantics.Release()
	e.count.inflight.Add(-1)
	e.freeStage(st)
}

// judge tells why an exchange becomes no span; ledger.Used when it does.
func (e *Engine) judge(x *proto.Exchange, st *stage) ledger.Reason {
	switch {
	case st.refused:
		return ledger.Inflight
	case st.session.choose(true) == selection.Unselected:
		if st.session.state != deaf {
			st.session.deafen(ledger.Unselected)
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

// waiting is a finished exchange whose process is not known yet: on loopback
// the whole exchange may pass before the client's thread is back from its send.
type waiting struct {
	exchange *proto.Exchange
	since    int64
}

// ownerWait is how long, in nanoseconds, an exchange waits for its owner.
const ownerWait = int64(50e6)

func (e *Engine) wait(x *proto.Exchange) {
	e.waiting = append(e.waiting, waiting{exchange: x, since: e.clock.Now()})
}

// settleWaiting ends the exchanges whose owner has shown up, or which have
// waited long enough, or all.
func (e *Engine) settleWaiting(all bool) {
	if len(e.waiting) == 0 {
		return
	}
	now := e.clock.Now()
	kept := e.waiting[:0]
	for _, w := range e.waiting {
		s := w.exchange.Stage.(*stage).session
		if all || s.holder().PID != 0 || now-w.since > ownerWait {
			e.settle(w.exchange)
			continue
		}
		kept = append(kept, w)
	}
	clear(e.waiting[len(kept):])
	e.waiting = kept
}
