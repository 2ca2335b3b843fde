//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// emit builds the spans of an exchange.
func (e *Engine) emit(x *proto.Exchange, st *stage) {
	s := st.session
	if st.parent != nil && st.parent.Fate() != correlate.Emitted {
		e.correlate.Reroot(x, &st.places[proto.Server])
	}
	in := &e.input
	who := s.holder()
	in.Exchange, in.Endpoints, in.Resource = x, s.endpoints(), e.procs.Lookup(who)
	for _, side := range [...]proto.Side{proto.Server, proto.Client} {
		if s.sides()&sideBit(side) == 0 {
			continue
		}
		in.Side, in.Identity, in.Links = side, st.places[side].Identity, st.places[side].Links
		in.NotBefore, in.Part = 0, false
		if side == proto.Server { // a client's span stays where it is
			in.NotBefore = st.peer.start
		}
		in.Extra.Reset()
		e.describe(in, st)
		e.describeStream(in, st)
		span := e.batch.spans.Add()
		e.builder.Build(span, in)
		s.row.emitted(&st.places[side])
		if !in.Part {
			e.correlate.Tally().Add(in.Resource.Service, &st.places[side])
		}
		st.tell(knownService(who, in.Resource), span.Start)
	}
	if e.batch.spans.Len() >= e.cfg.MaxBatch {
		e.flush()
	}
}
