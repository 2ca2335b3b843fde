package fastcgi

import (
	"encoding/binary"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// maxStrikes is how many times in a row a record may be none before the parser
// gives the connection up.
const maxStrikes = 3

// parser follows one connection.
//
// A record is accounted for from the segment on in which its header is complete:
// before, nobody knows whose it is.
type parser struct {
	owner  *protocol
	sink   proto.Sink
	halves [2]half
	open   inflight
	// shared is true once a request began before another one's response was over.
	shared bool
	// strikes counts syntax errors since the last request that began.
	strikes int
	// reset is true once the connection was reset.
	reset bool
	// dead is true once nothing more will be used.
	dead bool
}

func newParser(o *protocol, sink proto.Sink) *parser {
	p := &parser{owner: o, sink: sink}
	p.halves[proto.ToServer].dir = proto.ToServer
	p.halves[proto.ToClient].dir = proto.ToClient
	return p
}

// Feed implements proto.Parser.
func (p *parser) Feed(dir proto.Dir, seg *proto.Segment) {
	if len(seg.Bytes) == 0 {
		return
	}
	h := &p.halves[dir]
	if !h.started || h.ordinal != seg.Origin.Ordinal {
		p.nextMessage(h, seg.Origin.Ordinal)
	}
	h.fed += len(seg.Bytes)
	for b := seg.Bytes; len(b) > 0; {
		b = b[p.step(h, seg, b):]
	}
}

// step gives how many bytes were consumed.
func (p *parser) step(h *half, seg *proto.Segment, b []byte) int {
	switch h.state {
	case inHeader:
		return p.header(h, seg, b)
	case inBody:
		return p.body(h, seg, b)
	case adrift:
		return p.drift(h, seg, b)
	}
	p.take(h, seg, len(b))
	return len(b)
}

// nextMessage notes that the tap's next message begins in this direction: where
// records could not be told apart, one may begin with it.
func (p *parser) nextMessage(h *half, ordinal uint32) {
	h.started, h.ordinal = true, ordinal
	h.index, h.fed, h.gapped, h.told = 0, 0, false, false
	switch {
	case h.state == adrift:
		h.next(true)
	case h.state == inHeader && h.guess && h.have > 0: // what came was none
		h.spill()
		h.next(true)
	}
}

// header takes bytes of a record's header.
func (p *parser) header(h *half, seg *proto.Segment, b []byte) int {
	if h.have == 0 {
		h.began = start{seg.At, seg.Origin, h.index}
	}
	n := copy(h.header[h.have:], b)
	if h.have += n; h.have < headerSize {
		return n
	}
	rec, ok := parseHeader(&h.header, h.dir)
	if !ok || h.guess && !p.expected(rec) {
		p.reject(h, seg, n, ok)
		return n
	}
	h.rec, h.have, h.state, h.guess = rec, 0, inBody, false
	p.begin(h)
	p.takeHeader(h, seg)
	p.arrive(h)
	return n
}

// expected tells whether a record may come that nobody could foresee: of a
// request in flight, or one that begins.
func (p *parser) expected(rec record) bool {
	return rec.id == management || rec.kind == beginRequest || p.open.find(rec.id) != nil
}

// begin finds the exchange of a record whose header has come.
func (p *parser) begin(h *half) {
	switch {
	case h.rec.id == management:
		h.disown(proto.LostOpaque)
	case h.rec.kind == beginRequest:
		p.beginRequest(h)
	case h.dir == proto.ToServer:
		p.continueRequest(h)
	default:
		p.beginResponse(h)
	}
}

// takeHeader gives a record's header to the exchange under way.
func (p *parser) takeHeader(h *half, seg *proto.Segment) {
	m := h.message()
	if m == nil {
		p.lose(h, seg)
		return
	}
	if !m.Seen {
		m.Seen, m.First, m.Origin, m.Index = true, h.began.at, h.began.origin, h.began.index
		if h.began.origin.Ordinal == h.ordinal {
			h.index++
		}
	}
	m.Take(seg, headerSize)
}

// body takes bytes of a record's content and padding.
func (p *parser) body(h *half, seg *proto.Segment, b []byte) int {
	content := b[:min(h.rec.left, len(b))]
	n := len(content) + min(h.rec.pad, len(b)-len(content))
	p.take(h, seg, n)
	h.rec.left -= len(content)
	h.rec.pad -= n - len(content)
	p.content(h, content)
	p.arrive(h)
	return n
}

// arrive acts on a record that is whole.
func (p *parser) arrive(h *half) {
	if h.rec.left+h.rec.pad > 0 {
		return
	}
	x, content, known := h.x, binary.BigEndian.Uint64(h.header[:]), h.have == fixedSize
	h.next(false)
	h.disown(proto.LostGap)
	switch {
	case x == nil:
	case h.dir == proto.ToServer:
		p.requestRecord(h.rec, x)
		if h.rec.kind == beginRequest && known {
			x.setRole(role(content >> 48))
		}
	case h.rec.kind != endRequest:
	case known:
		p.end(x, content)
	default:
		p.done(x, proto.NoFault)
	}
}

// content hands a record's content on.
func (p *parser) content(h *half, b []byte) {
	x := h.x
	if x == nil || len(b) == 0 {
		return
	}
	switch h.rec.kind {
	case beginRequest, endRequest:
		h.have += copy(h.header[h.have:], b)
	case params:
		x.addParams(b)
	case stdin:
		x.Request.Body += int64(len(b))
	case stdout:
		x.addStdout(b)
	}
}

// reject is called when a header is sought and something else was found, or
// (record) one that nobody can be sure of. n bytes of it are in this segment.
func (p *parser) reject(h *half, seg *proto.Segment, n int, record bool) {
	if h.guess {
		p.spillInto(h, seg, n)
		if !record && len(p.open.list) == 0 {
			p.strike()
		}
		return
	}
	h.have = 0
	h.disown(proto.LostSyntax)
	p.lose(h, seg)
	if h.dir == proto.ToClient {
		p.fail(proto.NotObserved)
	}
	p.loseTrack(h, proto.LostSyntax)
	p.strike()
}

func (p *parser) strike() {
	if p.strikes++; p.strikes >= maxStrikes {
		p.surrender(proto.LostSyntax)
	}
}

// take gives n bytes to the exchange under way, or counts their message as lost.
func (p *parser) take(h *half, seg *proto.Segment, n int) {
	if m := h.message(); m != nil {
		m.Take(seg, n)
		return
	}
	p.lose(h, seg)
}

// lose tells the sink once per message of the tap's.
func (p *parser) lose(h *half, seg *proto.Segment) {
	if !h.told {
		h.told = true
		p.sink.Lost(seg.Message, h.why)
	}
}

// Wants implements proto.Parser.
func (p *parser) Wants(dir proto.Dir) proto.Want {
	h := &p.halves[dir]
	switch {
	case p.dead:
		return proto.Nothing
	case p.shared:
		return proto.All
	case p.awaits(h):
		return proto.Rest
	}
	return proto.Heads
}

// awaits tells whether something is under way whose end may not be captured.
func (p *parser) awaits(h *half) bool {
	if !h.gapped && h.fed < restAfter {
		return false
	}
	for _, x := range p.open.list {
		if m := x.message(h.dir); m.Seen && !m.Whole {
			return true
		}
	}
	return false
}
