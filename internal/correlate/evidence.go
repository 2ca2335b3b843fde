package correlate

import "github.com/beylareceiver/beylareceiver/internal/proto"

// Take puts a request that a server has received into its process's hands, until
// Done. The place is the server span's and stays where it is until then; lost is
// event.Event.Lost of its first record.
func (c *Correlator) Take(x *proto.Exchange, p *Place, k *Conn, lost uint32) *Request {
	r := &Request{}
	if n := len(c.spare); n > 0 {
		r, c.spare = c.spare[n-1], c.spare[:n-1]
	}
	*r = Request{exchange: x, place: p, conn: k, lost: lost}
	if x.RequestID != 0 {
		c.ids.add(r, x.RequestID)
	}
	if x.Context.Valid() {
		c.forwarded.add(r, spanKey(x))
	}
	k.came(r)
	return r
}

// Done says that the exchange of a request is over.
func (c *Correlator) Done(r *Request) {
	c.ids.remove(r)
	c.forwarded.remove(r)
	c.done(r.conn, r)
	*r = Request{}
	if len(c.spare) < maxSpare {
		c.spare = append(c.spare, r)
	}
}

// forwardedFrom finds the request that brought the context which this one
// carries on, unchanged. The process has not made a span of its own then: it is a proxy.
func (c *Correlator) forwardedFrom(x *proto.Exchange, from Sender) *Request {
	r, _ := c.forwarded.only(spanKey(x), func(r *Request) bool {
		return r.exchange.Context.TraceID == x.Context.TraceID && c.mayBelong(r, x, from)
	})
	if r == nil || !c.host.Keeps(r.exchange) {
		return nil
	}
	return r
}

// mayBelong tells whether the request was there before x, in the same process.
func (c *Correlator) mayBelong(r *Request, x *proto.Exchange, from Sender) bool {
	return from.PID != 0 && r.exchange.Request.First <= x.Request.First && c.host.PID(r.exchange) == from.PID
}

// evidence finds the request in hand that x was sent for, and says on what
// that stands; or nil, and why there is none.
func (c *Correlator) evidence(x *proto.Exchange, from Sender) (*Request, Outcome) {
	r, how := c.byRequestID(x, from)
	if r == nil && how == NothingInHand {
		r, how = c.byActor(x, from)
	}
	if r != nil && !c.host.Keeps(r.exchange) {
		return nil, NotKept
	}
	return r, how
}

func (c *Correlator) byRequestID(x *proto.Exchange, from Sender) (*Request, Outcome) {
	if x.RequestID == 0 {
		return nil, NothingInHand
	}
	r, n := c.ids.only(x.RequestID, func(r *Request) bool { return c.mayBelong(r, x, from) })
	switch n {
	case 0:
		return nil, NothingInHand
	case 1:
		return r, ByRequestID
	}
	return nil, SeveralInHand
}

// byActor asks what the thread, or the goroutine, that sent x had in hand.
func (c *Correlator) byActor(x *proto.Exchange, from Sender) (*Request, Outcome) {
	thread := c.hands.find(ofThread, owner{id: from.Thread.ID})
	if from.PID == 0 && thread != nil && len(thread.conns) > 0 {
		from.PID = thread.conns[0].pid // its socket has not been seen in its hands yet
	}
	process := c.hands.find(ofProcess, owner{pid: from.PID})
	if !c.threads || process == nil || len(process.conns) == 0 {
		return nil, NothingInHand
	}
	if from.Thread.ID == 0 {
		return nil, ThreadUnknown
	}
	h, how := thread, ByThread
	if from.Thread.Goroutine != 0 {
		h, how = c.hands.find(ofGoroutine, owner{from.PID, from.Thread.Goroutine}), ByGoroutine
	}
	k, n := h.only()
	switch {
	case n == 0:
		return nil, OtherThread
	case n > 1:
		return nil, SeveralInHand
	case how == ByThread && !k.blocking:
		return nil, EventLoop
	}
	r := k.inHand()
	switch {
	case r == nil || k.pid != from.PID || k.readAt > x.Request.First:
		return nil, SeveralInHand
	case process.handsOver:
		return nil, HandedOver
	case r.lost != from.Lost: // what was answered may look as if it were not
		return nil, RecordsLost
	}
	return r, how
}

// maxLinks is how many links a span gets at most; where more could be meant,
// none says anything.
const maxLinks = 4

// link notes what a root may have to do with: the requests that its process has in hand.
func (c *Correlator) link(p *Place, from Sender) {
	if parent := c.hands.find(ofGoroutine, owner{from.PID, from.Thread.GoroutineParent}); parent != nil &&
		from.Thread.GoroutineParent != 0 {
		if k, n := parent.only(); n == 1 && c.linkInto(p, k, Goroutine) {
			return
		}
	}
	if k, n := c.hands.find(ofThread, owner{id: from.Thread.ID}).only(); n == 1 && from.Thread.Goroutine == 0 {
		if c.linkInto(p, k, Thread) {
			return
		}
	}
	process := c.hands.find(ofProcess, owner{pid: from.PID})
	if process == nil || len(process.conns) > maxLinks {
		return
	}
	for _, k := range process.conns {
		c.linkInto(p, k, Process)
	}
}

// linkInto links to the request that the connection has in hand, if it will have a span.
func (c *Correlator) linkInto(p *Place, k *Conn, how Evidence) bool {
	r := k.inHand()
	if r == nil || !c.host.Keeps(r.exchange) {
		return false
	}
	r.promised = true
	p.Links = append(p.Links, r.link(how))
	return true
}

func (r *Request) link(how Evidence) Link {
	return Link{TraceID: r.place.TraceID, SpanID: r.place.SpanID, State: r.place.State, Evidence: how}
}
