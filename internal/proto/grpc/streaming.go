package grpc

import (
	"time"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// lingers is how long a direction stays open after its only message before the call is taken for a stream.
const lingers = int64(time.Second)

// Payload takes the next bytes of a body, without what HTTP frames them with, that passed at time at (boot ns).
func (c *Call) Payload(dir proto.Dir, at int64, b []byte) {
	w, e := &c.walkers[dir], c.endingOf(dir)
	switch {
	case c.Flavour == ConnectUnary:
		e.take(b)
	case w.text:
		w.takeText(b, at, e)
	default:
		w.take(b, at, e)
	}
	c.note(w, e)
}

// Skipped says that n bytes of a body, the last of them at time at (boot ns), passed without being
// captured. n is negative when their number, or whether there were any, is not known.
func (c *Call) Skipped(dir proto.Dir, at, n int64) {
	w, e := &c.walkers[dir], c.endingOf(dir)
	if c.Flavour == ConnectUnary {
		e.skip()
		return
	}
	w.skip(n, at, e)
	c.note(w, e)
}

// End says that a direction is over, at time at (boot ns): after its last byte, after the trailers, or when the
// call came to another end (reset, given up). It is not called when the end was not seen.
func (c *Call) End(dir proto.Dir, at int64) {
	w := &c.walkers[dir]
	if w.messages > 0 && at-w.first > lingers {
		c.streams = true
	}
	if dir == proto.ToClient && c.coded && c.code == OK {
		c.streams = c.streams || !c.single(proto.ToServer) || !c.single(proto.ToClient)
	}
}

// single is false for a direction that is known not to have had exactly one message.
func (c *Call) single(dir proto.Dir) bool {
	n, known := c.Messages(dir)
	return !known || n == 1
}

// endingOf is what reads the direction's last frame; requests have none.
func (c *Call) endingOf(dir proto.Dir) *ending {
	if dir == proto.ToClient {
		return &c.ending
	}
	return nil
}

// note draws the conclusions.
func (c *Call) note(w *walker, e *ending) {
	c.streams = c.streams || w.many
	if e == nil || c.coded {
		return
	}
	switch {
	case e.found:
		c.code, c.coded = e.code, true
	case e.over && e.failed && e.readable:
		c.code, c.coded = Unknown, true
	}
}

// Streams tells whether the call is known to be a stream by now.
func (c *Call) Streams() bool { return c.Flavour != None && c.streams }

// Messages is how many messages of a direction are over; known is false when some of them may have been missed.
func (c *Call) Messages(dir proto.Dir) (n int64, known bool) {
	w := &c.walkers[dir]
	return w.messages, w.known
}
