package http1

import "github.com/beylareceiver/beylareceiver/internal/proto"

// tunnel follows a connection that carries something else: inside a tunnel, or after an
// upgrade to what we do not read. It counts the bytes, and lasts as long as the connection.
type tunnel struct {
	stream
	// inner reads what it carries; nil: nobody does.
	inner proto.Parser
}

func newTunnel(p *parser, x *exchange, whole [2]bool, inner proto.Parser) *tunnel {
	t := &tunnel{stream: stream{p: p, x: x}, inner: inner}
	for dir := range whole {
		t.traffic.Messages[dir] = unknown
		if !whole[dir] {
			t.traffic.Bytes[dir] = unknown
		}
	}
	x.stream = &t.stream
	return t
}

// Feed implements proto.Parser.
func (t *tunnel) Feed(dir proto.Dir, seg *proto.Segment) {
	t.carry(dir, seg.At, int64(len(seg.Bytes)))
	if t.inner != nil {
		t.inner.Feed(dir, seg)
		return
	}
	t.p.lose(&t.p.halves[dir], seg, proto.LostOpaque)
}

// Gap implements proto.Parser.
func (t *tunnel) Gap(dir proto.Dir, at, n int64) {
	t.carry(dir, at, n)
	if t.inner != nil {
		t.inner.Gap(dir, at, n)
	}
}

func (t *tunnel) carry(dir proto.Dir, at, n int64) {
	t.pass(dir, at, n)
	if t.traffic.Bytes[dir] != unknown {
		t.traffic.Bytes[dir] += n
	}
}

// Close implements proto.Parser: what is inside ends first.
func (t *tunnel) Close(dir proto.Dir, last int64, how proto.Ending) {
	if t.inner != nil {
		t.inner.Close(dir, last, how)
	}
	if t.end(dir, last) {
		t.finish(t.fault(how))
	}
}

// Wants implements proto.Parser. Nobody inside, or nobody any more, still leaves the count.
func (t *tunnel) Wants(dir proto.Dir) proto.Want {
	if t.inner != nil {
		want, other := t.inner.Wants(dir), t.inner.Wants(dir.Flip())
		if want != proto.Nothing || other != proto.Nothing {
			return want
		}
	}
	return proto.Totals
}
