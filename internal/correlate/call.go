package correlate

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Call is a request that a socket of this host sent and whose span is under
// way. It waits for the other end: a server on this host sees the first packet of the same
// message with the same sequence and acknowledgement numbers, whatever network
// namespaces and address translation lie between.
type Call struct {
	// Exchange is the client's end; it is good until the call is settled.
	Exchange *proto.Exchange

	place   Place
	key     key
	at      int64
	fate    Fate
	matched bool
	holders int8
	// what the request carried on the wire
	traceID [16]byte
	spanID  [8]byte
}

// key tells a request from all others that are under way: TCP numbers of its
// message's first packet (64 bits that the two peers drew by chance), and which
// of the requests in that message it is.
type key struct {
	seq, ack uint32
	index    uint32
}

// unique tells whether there are numbers at all: a datagram has none.
func (k key) unique() bool { return k.seq != 0 || k.ack != 0 }

func keyOf(m *proto.Message) key {
	return key{seq: m.Origin.Seq, ack: m.Origin.Ack, index: m.Index}
}

// Fate is what became of the span of a call.
type Fate uint8

// The fates.
const (
	// Pending: the exchange is not over, at the client's end.
	Pending Fate = iota
	// Emitted: there is a span, which others may have as their parent.
	Emitted
	// Dropped: there is none and will be none.
	Dropped
)

// Fate tells what became of the call's span.
func (c *Call) Fate() Fate { return c.fate }

// carries tells whether the call's request carried this context, as it must if
// it is the same request.
func (c *Call) carries(w *tracecontext.Context) bool {
	return c.traceID == w.TraceID && c.spanID == w.SpanID
}

// longestTransit is how long, in nanoseconds, a message may take from socket to
// socket on one host: the queue of a saturated host, a retransmission or two.
const longestTransit = int64(5e9)

// calls are the requests under way, by key. A key that two requests share
// belongs to neither.
type calls struct {
	open  map[key]*Call
	spare []*Call
}

func (cs *calls) add(x *proto.Exchange, p *Place) *Call {
	k := keyOf(&x.Request)
	if !k.unique() {
		return nil
	}
	if other := cs.open[k]; other != nil {
		other.matched = true // ambiguous: nobody's parent
		return nil
	}
	c := cs.take()
	*c = Call{
		Exchange: x, place: *p, key: k, at: x.Request.First, holders: 1,
		traceID: x.Context.TraceID, spanID: x.Context.SpanID,
	}
	c.place.trace.refs++
	cs.open[k] = c
	return c
}

// find gives the call that the request came from, to be released by whoever
// got it. Nil when there is none, or none for certain.
func (cs *calls) find(x *proto.Exchange) *Call {
	k := keyOf(&x.Request)
	c := cs.open[k]
	if c == nil || c.matched || !k.unique() || !c.carries(&x.Context) {
		return nil
	}
	if age := x.Request.First - c.at; age < 0 || age > longestTransit {
		return nil
	}
	c.matched = true
	c.holders++
	return c
}

func (cs *calls) take() *Call {
	if n := len(cs.spare); n > 0 {
		c := cs.spare[n-1]
		cs.spare = cs.spare[:n-1]
		return c
	}
	return new(Call)
}
