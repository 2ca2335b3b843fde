package correlate

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Conn is a connection as the server's end of it knows it: who reads from it,
// and which request is in hand. A request is in hand from the moment that a
// thread begins to read it until something is sent back.
type Conn struct {
	pid      uint32
	reader   event.Thread
	readAt   int64 // when the newest message began to be read, boot ns
	blocking bool
	// request is the newest that came since anything was sent back, open how many did.
	request *Request
	open    int

	held  bool // is in the hands below
	hands [kinds]*hand
	slots [kinds]int
}

// Open gives the state of a connection that a server of this host has; it is
// given back with Drop.
func (c *Correlator) Open() *Conn {
	if n := len(c.conns); n > 0 {
		k := c.conns[n-1]
		c.conns = c.conns[:n-1]
		return k
	}
	return new(Conn)
}

// Request is a request that a server of this host has received and not
// answered in full. It belongs to the correlator between Take and Done.
type Request struct {
	exchange *proto.Exchange
	place    *Place
	conn     *Conn
	lost     uint32 // event.Event.Lost when it came
	promised bool

	id, context link
}

// Promised tells whether other spans refer to the request's, so that there has to be one.
func (r *Request) Promised() bool { return r.promised }

// Read says that a thread began to read from the connection.
func (c *Correlator) Read(k *Conn, ev *event.Event) {
	if !c.threads {
		return
	}
	c.hear(ev.Lost, ev.Time)
	pid, who := ev.Process.PID, ev.Thread
	// A goroutine that the connection's own one has started reads for it: net/http
	// watches for the next request, or the end, while a handler runs.
	if pid == k.pid && k.reader.Goroutine != 0 && who.GoroutineParent == k.reader.Goroutine {
		who = k.reader
	}
	c.letGo(k)
	returned := pid == k.pid && sameActor(who, k.reader)
	if !returned {
		c.unassign(k)
	}
	k.reader, k.pid = who, pid
	k.readAt, k.blocking = ev.Time, ev.Flags&event.Blocking != 0
	if !returned {
		c.assign(k)
	}
	k.watch(returned, ev.Lost)
	c.hold(k)
	c.processes.read(k.hands[ofProcess])
}

// sameActor tells whether two who read are one: a goroutine runs on any thread.
func sameActor(a, b event.Thread) bool {
	if a.Goroutine != 0 || b.Goroutine != 0 {
		return a.Goroutine == b.Goroutine
	}
	return a.ID == b.ID
}

// Wrote says that something is sent back on the connection, and by whom if that is known.
func (c *Correlator) Wrote(k *Conn, by event.Thread) {
	if k.held {
		k.compare(by)
		c.letGo(k)
	}
	k.open, k.request = 0, nil
}

// Drop says that the connection is gone, or was never a server's. What it had
// in hand is in nobody's any more.
func (c *Correlator) Drop(k *Conn) {
	c.letGo(k)
	c.unassign(k)
	*k = Conn{}
	if len(c.conns) < maxSpare {
		c.conns = append(c.conns, k)
	}
}

// came notes a request on its connection.
func (k *Conn) came(r *Request) {
	k.open++
	k.request = r
}

// done notes that nothing more will be heard of a request.
func (c *Correlator) done(k *Conn, r *Request) {
	if k.request != r {
		return
	}
	k.request, k.open = nil, 0
	c.letGo(k)
}

// inHand gives the one request that the connection has in hand; nil when there
// are several, or when what was read is not known as one.
func (k *Conn) inHand() *Request {
	if k.open != 1 || k.request == nil || k.readAt < k.request.exchange.Request.First {
		return nil
	}
	return k.request
}

// inHandFor gives the request that was in hand when x was sent.
func (k *Conn) inHandFor(x *proto.Exchange) *Request {
	if k.readAt > x.Request.First {
		return nil
	}
	return k.inHand()
}
