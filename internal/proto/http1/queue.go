package http1

import "github.com/beylareceiver/beylareceiver/internal/proto"

// nothingHidden: every request since the last answered one was seen.
const nothingHidden = -1

// queue holds the requests that wait for their response, oldest first.
type queue struct {
	list []*exchange
	// held is the size of the text in them.
	held int
	// hidden tells where requests that were not seen may lie: behind so many
	// of the list. While it is 0, responses may be theirs.
	hidden int
	// ordinal is the message in which they may lie, why the reason for which
	// the requests behind them are lost.
	ordinal uint32
	why     proto.Lost
}

func (q *queue) len() int { return len(q.list) }

// oldest is whose response comes next; nil if that is not known.
func (q *queue) oldest() *exchange {
	if len(q.list) == 0 || q.hidden == 0 {
		return nil
	}
	return q.list[0]
}

func (q *queue) push(x *exchange) {
	q.list = append(q.list, x)
	x.size = x.held()
	q.held += x.size
}

func (q *queue) pop() *exchange {
	x := q.list[0]
	q.held -= x.size
	n := copy(q.list, q.list[1:])
	q.list[n] = nil
	q.list = q.list[:n]
	if q.hidden > 0 {
		q.hidden--
	}
	return x
}

// hide notes that requests may follow which will have no exchange.
func (q *queue) hide(ordinal uint32, why proto.Lost) {
	if q.hidden == nothingHidden {
		q.hidden = len(q.list)
	}
	q.ordinal, q.why = ordinal, why
}

// clear notes that a request came in a later message than the hidden ones.
// Once all before them is answered, a client that waits for its responses
// has theirs too. One that does not wait leaves it open for good.
func (q *queue) clear(ordinal uint32, pipelined bool) {
	if q.hidden == 0 && ordinal != q.ordinal && !pipelined {
		q.hidden = nothingHidden
	}
}

// finish ends the oldest exchange, its response being whole.
func (p *parser) finish(x *exchange) {
	x.Response.Whole = true
	p.done(proto.NoFault)
}

// done hands the oldest exchange to the sink.
func (p *parser) done(fault proto.Fault) {
	x := p.queue.pop()
	p.detach(x)
	p.part(x, fault)
}

// part hands an exchange that nobody works on any more to the sink.
func (p *parser) part(x *exchange, fault proto.Fault) {
	x.Fault = fault
	if !x.Request.Whole {
		x.Request.Body = -1
	}
	x.callOver()
	x.markStream()
	p.sink.Done(&x.Exchange)
}

// detach makes sure that neither direction still works on x.
func (p *parser) detach(x *exchange) {
	for i := range p.halves {
		if h := &p.halves[i]; h.x == x {
			h.disown(proto.LostOpaque)
		}
	}
	// A client that was answered without 100 may keep its body to itself and
	// go on with the next request (RFC 9110, 10.1.1).
	server := &p.halves[proto.ToServer]
	if x.expect && !x.Request.Whole && x.Request.Body == 0 && server.body() {
		server.enter(untilNext)
	}
}

// fail ends every exchange that still waits.
func (p *parser) fail(fault proto.Fault) {
	p.truncate(&p.halves[proto.ToServer])
	p.truncate(&p.halves[proto.ToClient])
	for p.queue.len() > 0 {
		p.done(fault)
	}
}
