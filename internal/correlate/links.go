package correlate

import "github.com/beylareceiver/beylareceiver/internal/proto"

// maxLinks is how many links a span gets at most; where more could be meant,
// none says anything.
const maxLinks = 4

// link notes what a root may have to do with: the requests that its process had
// in hand when it was sent.
func (c *Correlator) link(p *Place, x *proto.Exchange, from *caller) {
	if parent := from.Thread.GoroutineParent; parent != 0 {
		h := c.hands.find(ofGoroutine, goroutineOf(from.PID, parent))
		if k, n := h.only(); n == 1 && c.linkInto(p, x, from, k, Goroutine) {
			return
		}
	}
	if k, n := from.thread.only(); n == 1 && c.linkInto(p, x, from, k, Thread) {
		return
	}
	if from.process == nil || len(from.process.conns) > maxLinks {
		return
	}
	for _, k := range from.process.conns {
		c.linkInto(p, x, from, k, Process)
	}
}

// linkInto links to the request that the connection had in hand, if that is
// certain and it will have a span.
func (c *Correlator) linkInto(p *Place, x *proto.Exchange, from *caller, k *Conn, how Evidence) bool {
	r := k.inHandFor(x)
	if r == nil || r.lost != from.Lost || !r.place.Keep || !c.host.Keeps(r.exchange) {
		return false
	}
	r.promised = true
	p.Links = append(p.Links, r.link(how))
	return true
}

func (r *Request) link(how Evidence) Link {
	return Link{TraceID: r.place.TraceID, SpanID: r.place.SpanID, State: r.place.State, Evidence: how}
}
