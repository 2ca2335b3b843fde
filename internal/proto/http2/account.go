package http2

import "github.com/beylareceiver/beylareceiver/internal/proto"

// ranks orders the reasons for which bytes are nobody's; 0 is none.
var ranks = [...]uint8{
	proto.LostControl: 1, proto.LostOpaque: 2, proto.LostNoRequest: 3, proto.LostCap: 4, proto.LostGap: 5, proto.LostSyntax: 6,
}

// reasons is ranks the other way round.
var reasons = [...]proto.Lost{
	1: proto.LostControl, 2: proto.LostOpaque, 3: proto.LostNoRequest, 4: proto.LostCap, 5: proto.LostGap, 6: proto.LostSyntax,
}

// arrive notes which message a segment belongs to, and that a packet begins.
func (h *half) arrive(seg *proto.Segment) {
	m := &h.message
	if !m.started || m.ordinal != seg.Origin.Ordinal {
		*m = message{started: true, ordinal: seg.Origin.Ordinal, at: seg.At - 1}
	}
	if m.at == seg.At {
		return
	}
	m.at = seg.At
	if h.state == seeking || h.state == atHead && h.doubt > 0 && h.have > 0 { // a head that is only hoped for lies in one packet
		h.next()
		h.doubt = doubts
	}
}

// take gives n bytes to the exchange whose frame is under way, or notes that they are nobody's.
func (p *parser) take(h *half, n int) {
	h.block.wire += int64(n)
	m := h.half()
	if m == nil {
		h.lose(h.why)
		return
	}
	first := !m.Seen
	if p.full(m) { // a long body may be spread over as many messages as it has packets
		m.Last = p.at
		m.Wire += int64(n)
		h.lose(proto.LostControl)
		return
	}
	m.Take(p.seg, n)
	h.message.claimed = true
	if first {
		m.First, m.Origin = h.began.at, h.began.origin
	}
}

// maxAccounts is how many of the tap's messages an exchange may hold in each direction.
const maxAccounts = 1024

// full tells whether an exchange holds so many messages that it cannot have this one, too.
func (p *parser) full(m *proto.Message) bool {
	k := len(m.Accounts)
	return k >= maxAccounts && m.Accounts[k-1] != p.seg.Message
}

// pass gives n bytes that nobody saw.
func (p *parser) pass(h *half, n int) {
	h.block.wire += int64(n)
	if m := h.half(); m != nil && m.Seen {
		m.Wire += int64(n)
		m.Last = p.at
	}
}

// lose notes that bytes are nobody's.
func (h *half) lose(why proto.Lost) {
	h.message.worst = max(h.message.worst, ranks[why])
}

// tell says what the sink should know of the message, each reason once. That bytes are
// housekeeping is worth telling only while nothing else is in the message.
func (p *parser) tell(h *half) {
	m := &h.message
	if m.worst <= m.told || m.claimed && reasons[m.worst] == proto.LostControl {
		return
	}
	m.told = m.worst
	p.sink.Lost(p.seg.Message, reasons[m.worst])
}
