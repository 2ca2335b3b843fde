package http2

import "github.com/beylareceiver/beylareceiver/internal/proto"

// maxStrikes is how many times bytes may not be HTTP/2 before the parser gives the connection up.
const maxStrikes = 3

// preface is what a client begins with (https://www.rfc-editor.org/rfc/rfc9113#section-3.4).
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// parser follows one connection.
type parser struct {
	owner  *Protocol
	sink   proto.Sink
	halves [2]half
	open   streams
	// oldest and last are the first and the newest stream that the client has opened, as far as is known.
	oldest, last uint32
	// hidden is true while the client may have opened newer ones.
	hidden bool
	// refused is the newest stream that the server will have answered, once it has said so.
	refused uint32
	// refusal is the fault of those that it will not.
	refusal proto.Fault
	// born counts exchanges.
	born int
	// strikes counts syntax errors.
	strikes int
	// reset is true once the connection was reset, dead once nothing more will be used.
	reset, dead bool

	// at is the time of the bytes under way; seg holds them, nil if nobody saw them.
	at  int64
	seg *proto.Segment
}

func newParser(o *Protocol, sink proto.Sink) *parser {
	p := &parser{owner: o, sink: sink, hidden: true, refused: mostStream}
	for dir := range p.halves {
		h := &p.halves[dir]
		h.dir, h.first, h.sound, h.maxFrame = proto.Dir(dir), true, true, anyFrame
	}
	client := &p.halves[proto.ToClient]
	client.state, client.doubt = atHead, doubts
	return p
}

// Feed implements proto.Parser.
func (p *parser) Feed(dir proto.Dir, seg *proto.Segment) {
	if len(seg.Bytes) == 0 {
		return
	}
	h := &p.halves[dir]
	p.seg, p.at = seg, seg.At
	h.arrive(seg)
	for b := seg.Bytes; len(b) > 0; {
		b = b[p.step(h, b):]
	}
	p.tell(h)
	p.seg = nil
}

// step gives how many bytes were consumed, which may be none when the state changed.
func (p *parser) step(h *half, b []byte) int {
	switch h.state {
	case atPreface:
		return p.preface(h, b)
	case atHead:
		return p.head(h, b)
	case inPrefix:
		return p.prefix(h, b)
	case inContent:
		return p.content(h, b)
	case inPadding:
		n := min(h.frame.pad, len(b))
		p.take(h, n)
		h.frame.pad -= n
		p.advance(h)
		return n
	}
	h.lose(h.why)
	return len(b)
}

// preface compares what the client begins with. Anything else is a connection that was open before.
func (p *parser) preface(h *half, b []byte) int {
	n := min(len(preface)-h.have, len(b))
	if string(b[:n]) != preface[h.have:h.have+n] {
		if h.have > 0 || b[0] == preface[0] { // a frame does not begin like this
			h.seek(proto.LostGap)
		} else {
			h.next()
			h.doubt = doubts
		}
		h.unsound()
		return 0
	}
	h.lose(proto.LostControl)
	if h.have += n; h.have == len(preface) {
		h.next()
		p.fresh()
	}
	return n
}

// fresh is called when the connection is known to be new: both tables are empty.
func (p *parser) fresh() {
	p.hidden = false
	for dir := range p.halves {
		if h := &p.halves[dir]; h.sound {
			h.table.Reset()
			h.doubt = 0
			if h.maxFrame == anyFrame { // else the server has spoken first
				h.maxFrame = leastFrame
			}
		}
	}
}

// head takes bytes of a frame's head.
func (p *parser) head(h *half, b []byte) int {
	if h.have == 0 {
		at := uint32(len(p.seg.Bytes) - len(b))
		h.began = start{p.seg.At, proto.Origin{Seq: p.seg.Seq + at, Ack: p.seg.Ack, Ordinal: p.seg.Origin.Ordinal}}
	}
	n := copy(h.head[h.have:], b)
	if h.have += n; h.have < headSize {
		h.lose(proto.LostControl)
		return n
	}
	h.have = 0
	if h.frame = parseFrame(&h.head); !p.accepts(h) {
		p.stray(h)
		return n
	}
	if h.doubt > 0 {
		h.doubt--
	}
	if h.lost { // what began meanwhile may have gone further than we know
		h.lost = false
		p.missing(h)
	}
	p.begin(h)
	h.first = false
	p.take(h, headSize)
	h.state = inPrefix
	p.advance(h)
	return n
}

// accepts tells whether the frame that has come may come here.
func (p *parser) accepts(h *half) bool {
	f := &h.frame
	if h.block.open { // nothing may come between its parts (section 6.10)
		return f.kind == continuation && f.stream == h.block.stream && f.size() <= h.maxFrame
	}
	switch {
	case f.kind == continuation, f.kind == pushPromise && h.dir == proto.ToServer:
		return false
	case h.doubt == 0:
		return f.legal() && f.size() <= h.maxFrame
	}
	return f.plausible() && p.expected(h)
}

// expected tells whether a frame may be one that nobody could foresee.
func (p *parser) expected(h *half) bool {
	f := &h.frame
	switch {
	case f.stream == 0, f.kind == windowUpdate, f.kind == priority, f.kind == pushPromise:
		return true
	case p.open.find(f.stream) != nil:
		return true
	}
	return f.kind == headers && f.stream&1 == 1 && (p.last == 0 || f.stream < p.last+reach)
}

// reach is how many numbers further a stream may be that nobody has seen begin.
const reach = 1 << 12

// stray is called when something came that is no frame.
func (p *parser) stray(h *half) {
	if h.doubt > 0 {
		h.lose(proto.LostGap)
		h.seek(proto.LostGap)
		return
	}
	h.lose(proto.LostSyntax)
	p.loseTrack(h, proto.LostSyntax)
	if p.strikes++; p.strikes >= maxStrikes {
		p.surrender(proto.LostSyntax)
	}
}

// Wants implements proto.Parser.
func (p *parser) Wants(proto.Dir) proto.Want {
	if p.dead {
		return proto.Nothing
	}
	return proto.Frames
}

// surrender ends the parser's interest in the connection.
func (p *parser) surrender(why proto.Lost) {
	for dir := range p.halves {
		p.loseBlock(&p.halves[dir])
	}
	p.fail(proto.NotObserved)
	p.dead = true
	for dir := range p.halves {
		h := &p.halves[dir]
		h.disown(why)
		h.state, h.block = over, block{}
	}
}
