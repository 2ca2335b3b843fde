//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/selection"
)

// stage is what the engine knows of an exchange between request and span.
type stage struct {
	session *session
	// places are where the spans that the exchange will become stand, by proto.Side.
	places [2]correlate.Place
	// refused: the cap of exchanges in flight was reached. lasting: it is a whole connection,
	// which does not count for it.
	refused, lasting bool
	// promised: other spans refer to this one, so that there has to be one.
	promised bool
	// lost is how many records had not fitted the ring, or were left out, when it began.
	lost uint32
	// call is what a server on this host may find; parent is what this server
	// span stands on. Either may be nil.
	call, parent *correlate.Call
	// request is this one in the hands of its process, until it is answered.
	request *correlate.Request
	peer    peer
	timing  timing
	stream  *stream // nil unless it is one
}

// sides are the ends of the connection for which spans are made.
func (s *session) sides() Sides {
	switch {
	case !s.certain:
		return sideBit(s.side())
	case s.e.file != nil:
		return s.e.cfg.Sides
	case s.wire:
		return s.here()
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
	st.session, st.lost = s, e.lost
	s.row.began()
	st.lasting = x.Mark&proto.MarkStream != 0
	if !st.lasting { // the cap of flows is its cap
		st.refused = e.count.inflight.Add(1) > int64(e.cfg.MaxInflight)
	}
	x.Undirected = !s.certain
	x.Stage = st
	if e.joins() && !s.wire && !x.Undirected {
		e.seen.add(s.sighting(x), x.Request.First)
	}
	if x.Undirected {
		st.places[s.side()] = e.correlate.Alone(x)
		return
	}
	switch s.sides() {
	case ClientSide:
		s.opensCall(x, st)
	case ServerSide:
		s.opensRequest(x, st)
	case BothSides: // a capture, seen once: this very request is its own evidence
		st.places[proto.Client] = e.correlate.Client(x, correlate.Sender{})
		st.places[proto.Server] = e.correlate.Below(&st.places[proto.Client])
	}
}

// opensCall places a client span, and lets the server's end find it.
func (s *session) opensCall(x *proto.Exchange, st *stage) {
	e := s.e
	from := s.sender
	from.PID = s.holder().PID
	if x.Request.Index > 0 || x.Concurrent || st.lasting {
		// Who began the message need not have written what follows, and a connection is
		// not of the one request for which it was opened.
		from.Thread = event.Thread{}
	}
	st.places[proto.Client] = e.correlate.Client(x, from)
	st.call = e.correlate.Announce(x, &st.places[proto.Client])
	st.timing.begin(s, x)
}

// opensRequest places a server span, and puts the request into its process's hands.
func (s *session) opensRequest(x *proto.Exchange, st *stage) {
	e := s.e
	place := &st.places[proto.Server]
	*place, st.parent = e.correlate.Server(x)
	if st.parent != nil {
		st.meet(st.parent.Exchange.Stage.(*stage))
	}
	switch {
	case s.passive() || s.protocol == nil || s.protocol == e.fallback:
		// Nobody holds it; or what it carries is not known, which may be more than one request.
	case x.Concurrent:
		e.correlate.Multiplexes(s.holder().PID)
		st.request = e.correlate.Take(x, place, nil, s.arrivedLost)
	default:
		st.request = e.correlate.Take(x, place, s.connection(), s.arrivedLost)
	}
	st.timing.begin(s, x)
}

// here are the ends of a connection on the wire that are this host's. Where
// neither is, the traffic is on its way, and the configuration says whose spans to make.
func (s *session) here() Sides {
	if s.ends == 0 {
		ends := s.endpoints()
		if s.e.wire.Local(ends.Server.Addr()) {
			s.ends |= ServerSide
		}
		if s.e.wire.Local(ends.Client.Addr()) {
			s.ends |= ClientSide
		}
		if s.ends == 0 {
			s.ends = s.e.cfg.Sides
		}
	}
	return s.ends
}

// passive tells whether the source shows packets and not sockets: one connection
// is seen once, for both of its ends, and nobody holds it.
func (s *session) passive() bool { return s.e.file != nil || s.wire }

// side is the end that the local socket is.
func (s *session) side() proto.Side {
	if s.server() {
		return proto.Server
	}
	return proto.Client
}

func sideBit(side proto.Side) Sides {
	if side == proto.Server {
		return ServerSide
	}
	return ClientSide
}

// Done implements proto.Sink.
func (s *session) Done(x *proto.Exchange) {
	st := x.Stage.(*stage)
	s.e.endStream(st)
	if st.request != nil {
		st.promised = st.request.Promised()
		s.e.correlate.Done(st.request)
		st.request = nil
	}
	st.timing.end(s, x)
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
	if !st.keep() {
		return false
	}
	if st.parent != nil && st.parent.Fate() == correlate.Pending {
		return true
	}
	if st.session.wire {
		return e.joins()
	}
	return e.owners && st.session.holder().PID == 0 && st.session.flow != nil
}

// Lost implements proto.Sink.
func (s *session) Lost(m proto.Account, why proto.Lost) {
	if why == proto.LostControl { // says nothing of the connection
		if m, ok := m.(*ledger.Message); ok {
			m.Because(ledger.Housekeeping)
		}
		return
	}
	s.lost = lostReasons[why]
	s.row.because(s.lost)
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
	proto.LostControl:   ledger.Housekeeping,
}

// settle ends an exchange: in spans, or in a counter.
func (e *Engine) settle(x *proto.Exchange) {
	st := x.Stage.(*stage)
	why := e.judge(x, st)
	if why == ledger.Used {
		e.emit(x, st)
	}
	st.session.row.settled(why)
	e.uncouple(st, why)
	st.part()
	resolve(&x.Request, why)
	resolve(&x.Response, why)
	x.Stage = nil
	x.Semantics.Release()
	if !st.lasting {
		e.count.inflight.Add(-1)
	}
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
		e.correlate.ReleaseCall(st.parent)
	}
	for i := range st.places {
		e.correlate.Release(&st.places[i])
	}
}

// keep tells whether the sampler wants the exchange.
func (st *stage) keep() bool { return st.places[proto.Server].Keep || st.places[proto.Client].Keep }

// judge tells why an exchange becomes no span; ledger.Used when it does.
func (e *Engine) judge(x *proto.Exchange, st *stage) ledger.Reason {
	switch {
	case x.Fault == proto.Void:
		return ledger.UnknownProtocol
	case st.refused:
		return ledger.Inflight
	case st.session.wire && e.seen.has(st.session.sighting(x)):
		return ledger.Doubled
	case st.session.choose(true) == selection.Unselected:
		if s := st.session; s.state != deaf && s.choice == selection.Unselected {
			s.deafen(ledger.Unselected)
		}
		return ledger.Unselected
	case !st.keep():
		return ledger.NotSampled
	}
	if why := e.unwanted(x); why != ledger.Used {
		return why
	}
	if e.unobserved(x, st) && !x.Response.Seen && !st.promised {
		return ledger.NoResponse // it may have had one: a span would tell a duration that nobody saw
	}
	return ledger.Used
}

// unobserved tells whether there may have been a response: that none came in time is no proof when
// anything was lost, or left out, meanwhile.
func (e *Engine) unobserved(x *proto.Exchange, st *stage) bool {
	return x.Fault == proto.NotObserved || x.Fault == proto.Timeout && st.lost != e.lost
}

// unwanted tells for which of its marks an exchange is left out; ledger.Used for none.
func (e *Engine) unwanted(x *proto.Exchange) ledger.Reason {
	switch {
	case e.cfg.Off[x.Protocol]:
		return ledger.ProtocolOff
	case e.cfg.DropOTLP && x.Mark&proto.MarkOTLP != 0:
		return ledger.OTLPExport
	case e.cfg.DropHealthProbes && x.Mark&proto.MarkHealthProbe != 0:
		return ledger.HealthProbe
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
