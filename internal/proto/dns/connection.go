package dns

import (
	"errors"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/wire"
)

// maxBad is how many malformed messages in a row end the interest in a connection.
const maxBad = 3

// connection is the parser of one TCP connection.
//
// A message is accounted for from the segment on in which its head is complete:
// before, nobody knows whose it is.
type connection struct {
	parser
	streams [2]stream
	closed  [2]bool
	// every: messages were seen back to back, or a zone is transferred.
	every bool
	bad   int
	dead  bool
}

func newConnection(home *protocol, sink proto.Sink) *connection {
	c := &connection{}
	c.transport = event.TCP
	c.init(home, sink)
	return c
}

// Feed implements proto.Parser.
func (c *connection) Feed(dir proto.Dir, seg *proto.Segment) {
	if c.dead {
		return
	}
	c.expire(seg.At)
	s := &c.streams[dir]
	for b := seg.Bytes; len(b) > 0 && !c.dead; {
		if !s.aligned(seg) {
			c.astray(s, seg)
			return
		}
		if s.seen == 0 {
			s.start = c.start(dir, seg)
			c.every = c.every || s.start.index > 0
		}
		n := s.measure(b)
		c.advance(dir, seg, s.gather(b[:n]), n)
		b = b[n:]
	}
}

// astray passes over bytes that may be anything.
func (c *connection) astray(s *stream, seg *proto.Segment) {
	if !s.told {
		s.told = true
		c.sink.Lost(seg.Message, proto.LostGap)
	}
}

// advance takes the message under way after n more bytes of it.
func (c *connection) advance(dir proto.Dir, seg *proto.Segment, msg []byte, n int) {
	s := &c.streams[dir]
	if x := c.passing[dir]; x != nil {
		x.half(dir).Take(seg, n)
	} else if !s.judged && s.size > 0 {
		c.judge(dir, seg, msg)
	}
	if s.whole() {
		c.complete(dir, msg)
		s.next()
	}
}

// judge reads the head of the message under way, if enough of it is there.
func (c *connection) judge(dir proto.Dir, seg *proto.Segment, msg []byte) {
	s := &c.streams[dir]
	var room [nameRoom]byte
	h, err := readHead(msg, room[:])
	if errors.Is(err, wire.ErrShort) && !s.whole() {
		return
	}
	s.judged = true
	if err == nil && !directed(dir, &h) {
		err = errHeader
	}
	if err != nil {
		c.reject(s, seg, err)
		return
	}
	c.bad, s.probing = 0, false
	x := c.head(dir, &h, seg, s.seen, s.start)
	s.mute = x == nil || dir == proto.ToServer
	s.outline = h.outline
	c.passing[dir] = x
	c.every = c.every || x != nil && x.transfer.kind != noTransfer
}

// reject leaves out a message that is none, or none of ours. Its length still
// leads to the next one, unless it was only a guess that it begins here.
func (c *connection) reject(s *stream, seg *proto.Segment, err error) {
	c.sink.Lost(seg.Message, proto.LostSyntax)
	s.mute = true
	if s.probing {
		s.lose(true)
	}
	if errors.Is(err, errUnsupported) {
		return
	}
	if c.bad++; c.bad >= maxBad {
		c.dead = true
		c.end(proto.Expired)
		c.streams = [2]stream{}
	}
}

// complete ends a message whose last byte has passed; msg is what was kept of it.
func (c *connection) complete(dir proto.Dir, msg []byte) {
	x := c.passing[dir]
	if x == nil {
		return
	}
	c.passing[dir] = nil
	x.half(dir).Whole = true
	if dir == proto.ToServer {
		return
	}
	x.readAnswers(msg, &c.streams[dir].outline) // what makes no sense is not shown
	x.transfer.messages++
	if x.transfer.complete(x.rcode, x.Response.Truncated) {
		c.done(x, proto.NoFault)
		return
	}
	x.Response.Whole = false
}

// Gap implements proto.Parser. Inside a message whose end is known it costs
// the message's tail; anywhere else it costs the alignment as well.
func (c *connection) Gap(dir proto.Dir, at, n int64) {
	s := &c.streams[dir]
	if c.dead || n <= 0 {
		return
	}
	c.expire(at)
	known := s.size > 0 && n <= int64(s.size-s.seen)
	if s.seen > 0 {
		c.cut(dir, at, n, known)
	}
	switch {
	case !known:
		s.lose(false)
		if dir == proto.ToClient {
			c.hole()
		}
	case s.whole():
		c.complete(dir, s.buf)
		s.next()
	}
}

// cut notes that the message under way lost n bytes (known), or all that was
// left of it and more.
func (c *connection) cut(dir proto.Dir, at, n int64, known bool) {
	s := &c.streams[dir]
	s.mute, s.cut = true, true
	if known {
		s.seen += int(n)
	}
	x := c.passing[dir]
	switch {
	case x != nil:
		half := x.half(dir)
		half.Truncated = true
		if known {
			half.Last = at
			half.Wire += n
			return
		}
		c.complete(dir, s.buf)
	case !s.judged:
		s.judged = true
		c.sink.Lost(nil, proto.LostGap)
		if dir == proto.ToClient {
			c.hole()
		}
	}
}

// Close implements proto.Parser. Responses may come after the client's FIN.
func (c *connection) Close(dir proto.Dir, last int64, how proto.Ending) {
	if c.dead {
		return
	}
	c.expire(last)
	s := &c.streams[dir]
	if s.seen > 0 && !s.judged && how != proto.Expired && how != proto.Idle {
		c.sink.Lost(nil, proto.LostSyntax)
	}
	if x := c.passing[proto.ToClient]; x != nil && dir == proto.ToClient {
		x.readAnswers(s.buf, &s.outline)
	}
	c.closed[dir] = true
	if dir == proto.ToClient || how != proto.FIN || c.closed[proto.ToClient] {
		c.end(how)
	}
	s.lose(true)
}

// Wants implements proto.Parser.
func (c *connection) Wants(dir proto.Dir) proto.Want {
	switch s := &c.streams[dir]; {
	case c.dead:
		return proto.Nothing
	case s.cut:
		return proto.Rest
	case c.every:
		return proto.All
	default:
		return proto.Heads
	}
}
