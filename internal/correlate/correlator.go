package correlate

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Correlator hands out identities. It belongs to one goroutine.
type Correlator struct {
	random rand.Source
	calls  calls
}

// New makes a correlator that draws its ids from the given source. Tests give
// one with a fixed seed and get the same ids every time.
func New(random rand.Source) *Correlator {
	return &Correlator{random: random, calls: calls{open: make(map[key]*Call)}}
}

// Client places the span of the end that sent a request. It looks at the
// request only, so it may be called as soon as the request's head is parsed.
func (c *Correlator) Client(x *proto.Exchange) Identity {
	if x.Context.Valid() {
		return c.adopt(x)
	}
	return c.root()
}

// Announce lets a server on this host find the request. The call, nil when it
// cannot be told from another one, is to be settled once the fate of the client's span is known.
func (c *Correlator) Announce(x *proto.Exchange, id Identity) *Call { return c.calls.add(x, id) }

// Settle says what became of the span of a call, which no server finds any more.
func (c *Correlator) Settle(call *Call, fate Fate) {
	call.fate = fate
	delete(c.calls.open, call.key)
	c.calls.release(call)
}

// Server places the span of the end that received a request. If the call that
// it came from is known, it is given as well, and the identity is the call's child: it
// holds if that span is emitted, else Reroot gives another one. The call is to be released.
func (c *Correlator) Server(x *proto.Exchange) (Identity, *Call) {
	call := c.calls.find(x)
	if call != nil && !sameContext(x, call) {
		c.calls.release(call)
		call = nil
	}
	if call == nil {
		return c.received(x), nil
	}
	return c.Below(call.id), call
}

// Below is the place of a server span whose client span is known.
func (c *Correlator) Below(parent Identity) Identity {
	return Identity{
		TraceID:  parent.TraceID,
		SpanID:   c.spanID(),
		Parent:   parent.SpanID,
		State:    parent.State,
		Flags:    parent.Flags&0xff | HasIsRemote | IsRemote,
		Evidence: Flow,
	}
}

// Reroot takes the parent back from a server span whose client span was never
// emitted: the context on the wire counts, or it is a root of the same trace.
func (c *Correlator) Reroot(x *proto.Exchange, id Identity) Identity {
	if x.Context.Valid() {
		again := c.received(x)
		again.SpanID = id.SpanID
		return again
	}
	return Identity{TraceID: id.TraceID, SpanID: id.SpanID, Flags: Sampled | Random}
}

// Release lets go of a call that Server gave.
func (c *Correlator) Release(call *Call) { c.calls.release(call) }

// received is the place of a server span by what the wire tells alone.
func (c *Correlator) received(x *proto.Exchange) Identity {
	if !x.Context.Valid() {
		return c.root()
	}
	id := c.adopt(x)
	id.Flags |= HasIsRemote | IsRemote
	return id
}

func (c *Correlator) adopt(x *proto.Exchange) Identity {
	return Identity{
		TraceID:  x.Context.TraceID,
		SpanID:   c.spanID(),
		Parent:   x.Context.SpanID,
		State:    x.Context.State,
		Flags:    uint32(x.Context.Flags),
		Evidence: Wire,
	}
}

// sameContext tells whether both ends read the same context from the request,
// as they must if it is the same request.
func sameContext(x *proto.Exchange, call *Call) bool {
	if !x.Context.Valid() {
		return call.id.Evidence == NoEvidence
	}
	return call.id.Evidence == Wire && call.id.TraceID == x.Context.TraceID && call.id.Parent == x.Context.SpanID
}

func (c *Correlator) root() Identity {
	return Identity{TraceID: c.traceID(), SpanID: c.spanID(), Flags: Sampled | Random}
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
