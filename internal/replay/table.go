//go:build amd64 || arm64

package replay

import (
	"bytes"
	"cmp"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// side is one of the two ends of a connection: the lower endpoint or the
// higher one. A packet's side is its sender's.
type side uint8

const (
	lower side = iota
	higher
	nobody
)

func (s side) other() side { return s ^ 1 }

// connKey names a connection whichever way a packet goes.
type connKey struct {
	ends      [2]endpoint // lower, higher
	transport uint8
	family    uint8
}

// keyOf gives the packet's connection and its sender's side.
func keyOf(p *packet) (connKey, side) {
	c := bytes.Compare(p.src.addr[:], p.dst.addr[:])
	if c == 0 {
		c = cmp.Compare(p.src.port, p.dst.port)
	}
	if c <= 0 {
		return connKey{[2]endpoint{p.src, p.dst}, p.transport, p.family}, lower
	}
	return connKey{[2]endpoint{p.dst, p.src}, p.transport, p.family}, higher
}

// conn is a connection.
type conn struct {
	key    connKey
	cookie uint64
	// local is the end that records speak for; nobody until that is known.
	local side
	role  event.Role
	// talker sent the last payload; nobody yet at first.
	talker side
	// told is true once a record was given out.
	told bool
	// over is true once it is closed; the rest of it is waited out.
	over bool
	seen int64 // time of the last packet
	half [2]half

	// Of a live connection: ignored, nothing of it is wanted; all, everything
	// is. long is whose message has grown longer than what is given of it, tail its last
	// tailLen bytes, as the last of these eight.
	ignored, all bool
	long         side
	tail         [8]byte
	tailLen      int

	ring       int
	prev, next *conn // in order of seen, latest first
}

// dir is the direction of what a side sends.
func (c *conn) dir(from side) event.Dir {
	if from == c.local {
		return event.Egress
	}
	return event.Ingress
}

// half is what one side has sent.
type half struct {
	stream
	last int64 // time of the last payload

	via     uint32 // where that was seen
	message int64  // position of the message's first byte
	cut     bool   // the last payload was not given, or not all of it

	synSeen bool
	isn     uint32

	acked   bool
	ack     uint32 // highest of the other half's bytes that it acknowledged
	ackTime int64  // when it first did

	heard int64 // position up to which the other half's acknowledgements were looked at

	finSeen bool
	finPos  int64
	finTime int64
	ended   bool

	astray     bool
	astrayNext uint32 // sequence number after the last segment out of window
}

// table holds connections, at most limit of them.
type table struct {
	limit    int
	byKey    map[connKey]*conn
	byCookie map[uint64]*conn // nil where nobody asks by cookie
	rings    [2]ring
	free     *conn
	cookie   uint64
}

// The rings: TCP connections, and what is soon forgotten, which is UDP and what is over.
const (
	lasting = iota
	passing
)

func newTable(limit int) *table {
	t := &table{limit: limit, byKey: make(map[connKey]*conn)}
	for i := range t.rings {
		r := &t.rings[i].root
		r.prev, r.next = r, r
	}
	return t
}

// oldest is the connection that was idle longest; nil if there is none.
func (t *table) oldest() *conn {
	a, b := t.rings[lasting].oldest(), t.rings[passing].oldest()
	if a == nil || b != nil && b.seen < a.seen {
		return b
	}
	return a
}

// ring is connections in order, the latest first.
type ring struct{ root conn }

// oldest is the last of the ring; nil if it is empty.
func (r *ring) oldest() *conn {
	if r.root.prev == &r.root {
		return nil
	}
	return r.root.prev
}

// full tells whether the next connection needs another to go.
func (t *table) full() bool { return len(t.byKey) >= t.limit }

// add begins a connection under a key that is free.
func (t *table) add(key connKey) *conn {
	c := t.free
	if c == nil {
		c = new(conn)
	} else {
		t.free = c.next
		c.recycle()
	}
	t.cookie++
	c.key, c.cookie, c.local, c.talker, c.long = key, t.cookie, nobody, nobody, nobody
	t.byKey[key] = c
	if t.byCookie != nil {
		t.byCookie[c.cookie] = c
	}
	if event.Transport(key.transport) == event.UDP {
		c.ring = passing
	}
	c.link(&t.rings[c.ring].root)
	return c
}

// touch makes c the latest.
func (t *table) touch(c *conn, now int64) {
	c.seen = max(c.seen, now)
	if root := &t.rings[c.ring].root; root.next != c {
		c.unlink()
		c.link(root)
	}
}

// shorten makes c one of those that are soon forgotten.
func (t *table) shorten(c *conn) {
	if c.ring != passing {
		c.unlink()
		c.ring = passing
		c.link(&t.rings[passing].root)
	}
}

// remove forgets a connection and keeps its memory.
func (t *table) remove(c *conn) {
	delete(t.byKey, c.key)
	delete(t.byCookie, c.cookie)
	c.unlink()
	c.next, t.free = t.free, c
}

func (c *conn) link(root *conn) {
	c.prev, c.next = root, root.next
	c.prev.next, c.next.prev = c, c
}

func (c *conn) unlink() {
	c.prev.next, c.next.prev = c.next, c.prev
}

// recycle empties the connection and keeps the memory of its holes.
func (c *conn) recycle() {
	a, b := c.half[lower].holes[:0], c.half[higher].holes[:0]
	*c = conn{}
	c.half[lower].holes, c.half[higher].holes = a, b
}
