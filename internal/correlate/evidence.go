package correlate

import "github.com/beylareceiver/beylareceiver/internal/proto"

// Take puts a request that a server has received into its process's hands, until
// Done. The place is the server span's and stays where it is until then; lost is
// event.Event.Lost of its first record. Of one that shares its connection with others at
// the same time, k is nil: who reads there says nothing.
func (c *Correlator) Take(x *proto.Exchange, p *Place, k *Conn, lost uint32) *Request {
	var r *Request
	if n := len(c.spare); n > 0 {
		r, c.spare = c.spare[n-1], c.spare[:n-1]
	} else {
		r = new(Request)
	}
	*r = Request{exchange: x, place: p, conn: k, lost: lost}
	c.hear(lost, x.Request.First)
	if x.RequestID != 0 {
		c.ids.add(r, x.RequestID)
	}
	if x.Context.Valid() {
		c.forwarded.add(r, spanKey(x))
	}
	if k != nil {
		k.came(r)
	}
	return r
}

// Done says that the exchange of a request is over.
func (c *Correlator) Done(r *Request) {
	if r.id.in || r.context.in {
		pid := c.host.PID(r.exchange)
		c.ids.remove(r, pid, c.now)
		c.forwarded.remove(r, pid, c.now)
	}
	if r.conn != nil {
		c.done(r.conn, r)
	}
	*r = Request{}
	if len(c.spare) < maxSpare {
		c.spare = append(c.spare, r)
	}
}

// forwardedFrom finds the request that brought the context which this one
// carries on, unchanged. The process has not made a span of its own then: it is a proxy.
func (c *Correlator) forwardedFrom(x *proto.Exchange, from *caller) *Request {
	r, how := c.repeated(&c.forwarded, spanKey(x), ByForwarded, x, from)
	if how != ByForwarded || r.exchange.Context.TraceID != x.Context.TraceID || !c.host.Keeps(r.exchange) {
		return nil
	}
	return r
}

// repeated finds the one request in the hands of the sender's process that came with this
// value, and says on what that stands; or nil, and why there is none. One of before,
// for which the process may still be at work, or one that nobody saw, would be another.
func (c *Correlator) repeated(
	rs *repeats, key uint64, how Outcome, x *proto.Exchange, from *caller,
) (*Request, Outcome) {
	r, n := rs.only(key, func(r *Request) fit { return c.mayBelong(r, x, from) })
	switch {
	case n == 0:
		return nil, NothingInHand
	case n > 1, rs.before(key, from.PID):
		return nil, SeveralInHand
	case !c.loss.quiet(x.Request.First):
		return nil, RecordsLost
	}
	return r, how
}

// mayBelong tells whether the request was there before x, in the same process.
func (c *Correlator) mayBelong(r *Request, x *proto.Exchange, from *caller) fit {
	if from.PID == 0 || r.exchange.Request.First > x.Request.First {
		return no
	}
	switch c.host.PID(r.exchange) {
	case from.PID:
		return yes
	case 0:
		return maybe
	}
	return no
}

// evidence finds the request in hand that x was sent for, and says on what
// that stands; or nil, and why there is none.
func (c *Correlator) evidence(x *proto.Exchange, from *caller) (*Request, Outcome) {
	r, how := c.byRequestID(x, from)
	if r == nil {
		// Who sent it may tell which of several it is, but not that it is another one.
		if by, acted := c.byActor(x, from); how == NothingInHand || by != nil && by.exchange.RequestID == x.RequestID {
			r, how = by, acted
		}
	}
	if r != nil && !c.host.Keeps(r.exchange) {
		return nil, NotKept
	}
	return r, how
}

func (c *Correlator) byRequestID(x *proto.Exchange, from *caller) (*Request, Outcome) {
	if x.RequestID == 0 {
		return nil, NothingInHand
	}
	return c.repeated(&c.ids, x.RequestID, ByRequestID, x, from)
}

// hear takes what every record tells: the time, and how many others were lost.
func (c *Correlator) hear(lost uint32, at int64) {
	c.now = max(c.now, at)
	c.loss.tell(lost, c.now)
}
