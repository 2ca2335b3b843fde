package correlate

import (
	"math/rand/v2"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Sampler decides which traces are kept.
type Sampler interface {
	// Root decides on a trace that begins here.
	Root(traceID [16]byte) bool
	// Remote decides on a trace that came over the wire.
	Remote(*tracecontext.Context) bool
}

// Host knows of exchanges what their bytes do not tell.
type Host interface {
	// Keeps tells whether the exchange, a request in hand, will have a span.
	Keeps(*proto.Exchange) bool
	// PID is the process that holds the socket of the exchange; 0: unknown.
	PID(*proto.Exchange) uint32
	// Program names what a process runs; empty: unknown.
	Program(pid uint32) string
	// Leaf is told when a process turns out to send no requests of its own, or to do so after all.
	Leaf(pid uint32, leaf bool)
}

// Options of a Correlator.
type Options struct {
	// Random is the source of ids. Tests give one with a fixed seed and get the
	// same ids every time.
	Random rand.Source
	// Sampler decides on traces; nil keeps all.
	Sampler Sampler
	// MaxAge is how long a context from the wire, or a request in hand, may
	// get children; MaxSpans how many spans a trace may have. Beyond that a
	// new trace begins, with a link. Defaults: an hour, 1000.
	MaxAge   time.Duration
	MaxSpans int
	// Threads allows the evidence of threads and goroutines.
	Threads bool
	// Agreements is how many requests a program must have been seen to answer with
	// the thread that had read them, and none with another one, before threads are
	// believed. Of a pool of n threads that take what comes, as many agree by chance
	// once in n^Agreements times.
	Agreements int
	// Links turns weak evidence into links.
	Links bool
}

// Correlator finds parents and hands out identities. It belongs to one goroutine.
type Correlator struct {
	random     rand.Source
	sampler    Sampler
	host       Host
	maxAge     int64
	maxSpans   int
	threads    bool
	links      bool
	agreements int

	now       int64 // time of the newest record, boot ns
	loss      loss
	calls     calls
	traces    traces
	contexts  contexts
	hands     hands
	processes processes
	programs  programs
	ids       repeats
	forwarded repeats
	spare     []*Request
	conns     []*Conn
	tally     *Tally
}

// New makes a correlator.
func New(o Options, h Host) *Correlator {
	if o.Sampler == nil {
		o.Sampler = everything{}
	}
	if o.MaxAge <= 0 {
		o.MaxAge = time.Hour
	}
	if o.MaxSpans <= 0 {
		o.MaxSpans = 1000
	}
	c := &Correlator{
		random: o.Random, sampler: o.Sampler, host: h,
		maxAge: int64(o.MaxAge), maxSpans: o.MaxSpans, threads: o.Threads, links: o.Links, agreements: o.Agreements,
		calls:     calls{open: make(map[key]*Call)},
		hands:     newHands(),
		ids:       newRepeats(byID),
		forwarded: newRepeats(byContext),
		programs:  programs{by: make(map[string]*program)},
		tally:     newTally(),
	}
	c.contexts = newContexts(&c.traces, int64(o.MaxAge))
	c.processes = processes{leaf: h.Leaf}
	return c
}

type everything struct{}

func (everything) Root([16]byte) bool                { return true }
func (everything) Remote(*tracecontext.Context) bool { return true }

// Tally is the account of parents.
func (c *Correlator) Tally() *Tally { return c.tally }

// Sender is who sent a request, as the tap saw it.
type Sender struct {
	PID uint32
	// Thread is who wrote the first bytes of the message, which passed at time At, boot ns. It is known
	// to have written the request only if that begins there; At is 0 if it surely does.
	Thread event.Thread
	At     int64
	// Lost is event.Event.Lost of the request's first record.
	Lost uint32
}

// Client places the span of the end that sent a request. It looks at the
// request only, so it is called as soon as the request's head is parsed.
func (c *Correlator) Client(x *proto.Exchange, from Sender) Place {
	c.hear(from.Lost, x.Request.First)
	if from.At != 0 && from.At != x.Request.First {
		from.Thread = event.Thread{}
	}
	who := c.caller(from)
	c.processes.called(who.process)
	if x.Context.Valid() {
		if r := c.forwardedFrom(x, &who); r != nil {
			return c.under(x, r, ByForwarded)
		}
		return c.adopt(x)
	}
	r, how := c.evidence(x, &who)
	if r != nil {
		return c.under(x, r, how)
	}
	p := c.root(x.Request.First, how)
	if c.links && p.Keep {
		c.link(&p, x, &who)
	}
	return p
}

// under places a client span below the request that it was sent for.
func (c *Correlator) under(x *proto.Exchange, r *Request, how Outcome) Place {
	r.promised = true
	if c.full(r.place.trace, r.exchange.Request.First, x.Request.First) {
		p := c.root(x.Request.First, LimitReached)
		if r.place.Keep {
			p.Links = append(p.Links, r.link(how.evidence()))
		}
		return p
	}
	return c.below(r.place, how, 0)
}

// Announce lets a server on this host find the request. The call, nil when it
// cannot be told from another one, is to be settled once the fate of the client's span is known.
func (c *Correlator) Announce(x *proto.Exchange, p *Place) *Call { return c.calls.add(x, p) }

// Settle says what became of the span of a call, which no server finds any more.
func (c *Correlator) Settle(call *Call, fate Fate) {
	call.fate, call.Exchange = fate, nil
	delete(c.calls.open, call.key)
	c.ReleaseCall(call)
}

// Server places the span of the end that received a request. If the call that
// it came from is known, it is given as well, and the place is below the call's: it
// holds if that span is emitted, else Reroot takes it back. The call is to be released.
func (c *Correlator) Server(x *proto.Exchange) (Place, *Call) {
	if call := c.calls.find(x); call != nil {
		return c.Below(&call.place), call
	}
	return c.received(x), nil
}

// Below is the place of a server span whose client span is known.
func (c *Correlator) Below(parent *Place) Place { return c.below(parent, ByFlow, IsRemote) }

// Alone is the place of a span of which nobody knows whether it is a client's or a server's.
func (c *Correlator) Alone(x *proto.Exchange) Place { return c.root(x.Request.First, Undirected) }

// Part gives the identity of another span about what p stands for, below it.
func (c *Correlator) Part(p *Place) Identity {
	return Identity{
		TraceID: p.TraceID, SpanID: c.spanID(), Parent: p.SpanID, State: p.State, Flags: p.Flags&0xff | HasIsRemote,
	}
}

// received is the place of a server span by what the wire tells alone.
func (c *Correlator) received(x *proto.Exchange) Place {
	if !x.Context.Valid() {
		return c.root(x.Request.First, NoCaller)
	}
	p := c.adopt(x)
	if p.Outcome == ByWire {
		p.Flags |= HasIsRemote | IsRemote
	}
	return p
}

// Reroot takes the parent back from a server span whose client span was never
// emitted: it takes that one's place, below the context on the wire or as a root. Its
// own ids stay, because others may refer to them.
func (c *Correlator) Reroot(x *proto.Exchange, p *Place) {
	if !x.Context.Valid() {
		p.uproot(NoCaller)
		return
	}
	if x.Context.TraceID == p.TraceID {
		p.Parent, p.State = x.Context.SpanID, x.Context.State
		p.Flags = uint32(x.Context.Flags) | HasIsRemote | IsRemote
		p.Evidence, p.Outcome = Wire, ByWire
		return
	}
	p.uproot(LimitReached) // it was the client's span that began a trace
	p.Links = append(p.Links, linkTo(&x.Context))
}

// uproot takes the parent away.
func (p *Place) uproot(why Outcome) {
	p.Parent, p.State, p.Evidence, p.Outcome = [8]byte{}, "", NoEvidence, why
	p.Flags &= Sampled | Random
}

// ReleaseCall lets go of a call that Server gave; the last holder's release recycles it.
func (c *Correlator) ReleaseCall(call *Call) {
	if call.holders--; call.holders > 0 {
		return
	}
	c.traces.release(call.place.trace)
	if len(c.calls.spare) < maxSpare {
		c.calls.spare = append(c.calls.spare, call)
	}
}
