package sampling

import (
	"math"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// everything is 2^56, how many values R has: a threshold that nothing reaches.
const everything = 1 << 56

// sampledFlag is the sampled bit of the trace flags
// (https://www.w3.org/TR/trace-context-2/#sampled-flag).
const sampledFlag = 0x01

// Sampler decides which traces are kept. It holds no state: the same trace
// gets the same answer from every sampler of its kind. The zero value keeps everything.
type Sampler struct {
	// threshold is T.
	threshold   uint64
	parentBased bool
}

// New makes a sampler that keeps the given share of traces: from 0, none, to 1,
// all of them; what lies beyond counts as the nearer of the two. A share below 2^-57 is
// none. With parentBased, contexts from the wire are decided by their sampled flag.
func New(ratio float64, parentBased bool) Sampler {
	if !(ratio > 0) { // or not a number
		ratio = 0
	}
	kept := uint64(math.Round(min(ratio, 1) * everything))
	return Sampler{threshold: everything - kept, parentBased: parentBased}
}

// Root tells whether a trace that begins here is kept.
func (s Sampler) Root(traceID [16]byte) bool { return randomness(&traceID) >= s.threshold }

// Remote tells whether a trace is kept that a valid context on the wire belongs to.
func (s Sampler) Remote(c *tracecontext.Context) bool {
	if s.parentBased && !c.Deferred {
		return c.Flags&sampledFlag != 0
	}
	if s.threshold == 0 {
		return true
	}
	if r, ok := explicit(c.State); ok {
		return r >= s.threshold
	}
	return randomness(&c.TraceID) >= s.threshold
}
