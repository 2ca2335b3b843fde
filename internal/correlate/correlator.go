package correlate

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Correlator hands out identities. It belongs to one goroutine.
type Correlator struct{ random rand.Source }

// New makes a correlator that draws its ids from the given source. Tests give
// one with a fixed seed and get the same ids every time.
func New(random rand.Source) *Correlator { return &Correlator{random: random} }

// Open places the span that one side of an exchange will become. It looks at
// the request only, so it may be called as soon as the request's head is parsed.
func (c *Correlator) Open(x *proto.Exchange, side proto.Side) Identity {
	if !x.Context.Valid() {
		return c.root()
	}
	id := Identity{
		TraceID:  x.Context.TraceID,
		SpanID:   c.spanID(),
		Parent:   x.Context.SpanID,
		State:    x.Context.State,
		Flags:    uint32(x.Context.Flags),
		Evidence: Wire,
	}
	if side == proto.Server {
		id.Flags |= HasIsRemote | IsRemote
	}
	return id
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
