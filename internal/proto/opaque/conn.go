package opaque

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// How many messages, of both directions, may pass until it is clear that there is no
// TLS, and until a handshake is given up.
const (
	maxPlain     = 8
	maxHandshake = 16
)

// conn is what the parsers of both modes know of a connection.
type conn struct {
	owner *protocol
	sink  proto.Sink
	// reader is nil once nothing more is to be learnt.
	reader *tlshello.Reader
	dirs   [2]direction
	// facts are what the reader has left, to be told of each turn; nil for nothing.
	facts *tlshello.Facts
	// handshaking is what the reader said last.
	handshaking bool
	// reset: neither end had closed it before.
	reset bool
}

// direction is one of the two.
type direction struct {
	messages, ordinal uint32
	ended             bool
}

// begins notes the message of a segment, and tells whether it is a new one.
func (c *conn) begins(dir proto.Dir, seg *proto.Segment) bool {
	d := &c.dirs[dir]
	if d.messages > 0 && d.ordinal == seg.Origin.Ordinal {
		return false
	}
	d.ordinal = seg.Origin.Ordinal
	d.messages++
	if c.reader == nil {
		return true
	}
	limit := uint32(maxPlain)
	if c.reader.Facts().TLS {
		limit = maxHandshake
	}
	if c.dirs[0].messages+c.dirs[1].messages > limit {
		c.stop()
	}
	return true
}

// read has the reader look at a segment, for an exchange that may be nil.
func (c *conn) read(dir proto.Dir, seg *proto.Segment, fresh bool, x *exchange) {
	if c.reader == nil {
		return
	}
	c.reader.Feed(tlshello.End(dir), seg.Bytes, fresh)
	c.learn(x)
}

// skip has the reader pass over n bytes.
func (c *conn) skip(dir proto.Dir, n int64, x *exchange) {
	if c.reader == nil {
		return
	}
	c.reader.Gap(tlshello.End(dir), n)
	c.learn(x)
}

// learn tells an exchange what is known by now.
func (c *conn) learn(x *exchange) {
	c.handshaking = c.reader.Handshaking()
	if x != nil {
		x.know(c.reader.Facts())
	}
	if c.reader.Settled() {
		c.stop()
	}
}

// stop lets go of the reader.
func (c *conn) stop() {
	if f := *c.reader.Facts(); c.owner.config.Mode == Turn && f.TLS {
		c.facts = &f
	}
	c.reader.Release()
	c.reader = nil
}

// close notes the end of a direction, and tells whether it is the connection's.
func (c *conn) close(dir proto.Dir, how proto.Ending, x *exchange) bool {
	if c.dirs[dir].ended {
		return false
	}
	c.dirs[dir].ended = true
	if !c.dirs[dir.Flip()].ended {
		c.reset = how == proto.RST
		return false
	}
	if c.reader == nil {
		return true
	}
	if how != proto.Expired && how != proto.Idle {
		c.reader.Finish()
	}
	if x != nil {
		x.know(c.reader.Facts())
	}
	c.stop()
	return true
}

// wants is what a parser waits for that wants the given later.
func (c *conn) wants(later proto.Want) proto.Want {
	if c.reader != nil {
		return proto.Heads
	}
	return later
}
