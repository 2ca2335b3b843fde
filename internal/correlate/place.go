package correlate

import (
	"encoding/binary"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Place is where a span that is under way stands: its identity, and what was
// found out on the way there. It is given back with Release.
type Place struct {
	Identity
	// Keep is false when the sampler leaves the trace out.
	Keep bool
	// Outcome says by what evidence there is a parent, or why there is none.
	Outcome Outcome
	// Links are what the span may have to do with.
	Links []Link

	trace *trace
}

// trace is what is known of a trace while spans of it are under way here.
type trace struct {
	begun int64 // when its first span here was placed, boot ns
	spans int
	// refs is how many refer to it: places, calls, and contexts, which remember it for longer.
	refs int
}

// traces recycles them.
type traces struct{ spare []*trace }

func (ts *traces) begin(at int64) *trace {
	var t *trace
	if n := len(ts.spare); n > 0 {
		t, ts.spare = ts.spare[n-1], ts.spare[:n-1]
	} else {
		t = new(trace)
	}
	*t = trace{begun: at}
	return t
}

func (ts *traces) release(t *trace) {
	if t.refs--; t.refs == 0 && len(ts.spare) < maxContexts {
		ts.spare = append(ts.spare, t)
	}
}

// maxSpare bounds every list of memory that is kept for use again.
const maxSpare = 4096

// Release lets go of a place whose span was emitted, or never will be.
func (c *Correlator) Release(p *Place) {
	if p.trace != nil {
		c.traces.release(p.trace)
	}
	*p = Place{}
}

// settle puts a span into its trace.
func (p *Place) settle(t *trace) {
	t.refs++
	t.spans++
	p.trace = t
}

// root begins a trace.
func (c *Correlator) root(at int64, why Outcome) (p Place) {
	p = Place{Identity: Identity{TraceID: c.traceID(), SpanID: c.spanID(), Flags: Random}, Outcome: why}
	if p.Keep = c.sampler.Root(p.TraceID); p.Keep {
		p.Flags |= Sampled
	}
	p.settle(c.traces.begin(at))
	return p
}

// full tells whether a trace takes no more children at this time: of something that never
// ends (a context that is sent again and again, a request that is a stream) would become
// one trace that nobody can look at.
func (c *Correlator) full(t *trace, since, now int64) bool {
	return t.spans >= c.maxSpans || now-since > c.maxAge
}

// adopt places a span below the context that its request carried.
func (c *Correlator) adopt(x *proto.Exchange) Place {
	at := x.Request.First
	t := c.contexts.of(x.Context.TraceID, at)
	if c.full(t, t.begun, at) {
		p := c.root(at, LimitReached)
		p.Links = append(p.Links, linkTo(&x.Context))
		return p
	}
	p := Place{
		Identity: Identity{
			TraceID: x.Context.TraceID, SpanID: c.spanID(), Parent: x.Context.SpanID,
			State: x.Context.State, Flags: uint32(x.Context.Flags), Evidence: Wire,
		},
		Keep:    c.sampler.Remote(&x.Context),
		Outcome: ByWire,
	}
	p.settle(t)
	return p
}

func linkTo(w *tracecontext.Context) Link {
	return Link{TraceID: w.TraceID, SpanID: w.SpanID, State: w.State, Evidence: Wire}
}

// below places a span below another one of this host.
func (c *Correlator) below(parent *Place, how Outcome, remote uint32) Place {
	p := Place{
		Identity: Identity{
			TraceID: parent.TraceID, SpanID: c.spanID(), Parent: parent.SpanID, State: parent.State,
			Flags: parent.Flags&0xff | HasIsRemote | remote, Evidence: how.evidence(),
		},
		Keep:    parent.Keep,
		Outcome: how,
	}
	p.settle(parent.trace)
	return p
}

func (c *Correlator) traceID() (id [16]byte) {
	binary.BigEndian.PutUint64(id[:8], c.random.Uint64())
	binary.BigEndian.PutUint64(id[8:], c.nonZero())
	return id
}

func (c *Correlator) spanID() (id [8]byte) {
	binary.BigEndian.PutUint64(id[:], c.nonZero())
	return id
}

// nonZero keeps ids valid: all zeros means "no id".
func (c *Correlator) nonZero() uint64 { return max(c.random.Uint64(), 1) }
