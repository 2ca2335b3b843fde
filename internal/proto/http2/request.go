package http2

import (
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// beginBlock finds whose header block begins.
func (p *parser) beginBlock(h *half) {
	f := &h.frame
	k := &h.block
	*k = block{open: true, stream: f.stream, ends: f.has(endStream), began: h.began, why: proto.LostControl}
	x := p.open.find(f.stream)
	switch {
	case x != nil && x.message(h.dir).Whole:
		k.why = proto.LostOpaque
	case x != nil && h.dir == proto.ToServer:
		k.x, k.what = x, trailers
	case x != nil:
		k.x, k.what = x, responseHead
		if x.headed && !x.unsure {
			k.what = trailers
		}
		p.open.trust(x)
	case h.dir == proto.ToServer:
		p.beginRequest(h, k)
	default:
		x = p.halves[proto.ToServer].block.early(f.stream)
		if k.why = p.strange(h); x != nil { // the server does not wait for the request's head
			p.loseBlock(&p.halves[proto.ToServer])
			k.x, k.what = p.open.find(f.stream), responseHead
		}
	}
	h.x, h.why = k.owner(), k.why
}

// early is the request whose head is under way, if it is this stream's.
func (k *block) early(stream uint32) *exchange {
	if k.open && k.what == requestHead && k.stream == stream {
		return k.x
	}
	return nil
}

// beginRequest finds the exchange of a request that begins, if it is to have one.
func (p *parser) beginRequest(h *half, k *block) {
	c := &p.owner.config
	switch id := h.frame.stream; {
	case id&1 == 0: // a server's
		k.why = proto.LostSyntax
	case id <= p.last:
		k.why = proto.LostOpaque
	case len(p.open.list) >= c.MaxOpen || p.open.held > c.MaxHeld:
		k.why = proto.LostCap
	default:
		k.x, k.what, k.maybe, k.why = p.owner.newExchange(), requestHead, p.hidden, proto.LostControl
		k.x.id = id
	}
	if !p.hidden {
		p.last = max(p.last, h.frame.stream)
	}
}

// requestOver opens the exchange of a request whose head is over.
func (p *parser) requestOver(h *half, k *block) {
	x := k.x
	if k.maybe {
		if !x.asks() || k.broken { // the end of a request that began unseen, for all we know
			h.lose(proto.LostGap)
			k.x = nil
			x.Release()
			return
		}
		p.prove(h, k)
	}
	x.Request.Truncated = k.cut
	if x.Request.Body = 0; x.Method == "" { // it may be CONNECT
		x.Request.Body = -1
	}
	if p.open.insert(x); p.oldest == 0 {
		p.oldest = x.id
	}
	p.announce(x)
	p.born++
	p.forget()
}

// asks tells whether a head is known to be a request's: nothing else has such fields.
func (x *exchange) asks() bool {
	return x.Method != "" || x.path != "" || x.scheme != "" || x.authority
}

// prove makes sure of a request of which nobody knew whether it is one. From now on all newer
// streams are seen to begin.
func (p *parser) prove(h *half, k *block) {
	k.maybe = false
	p.hidden, p.last = false, max(p.last, k.stream)
	m := &k.x.Request
	if p.seg != nil {
		m.Take(p.seg, 0)
		h.message.claimed = true
	}
	m.Seen, m.First, m.Origin, m.Last, m.Wire = true, k.began.at, k.began.origin, p.at, k.wire
}

// requestField takes a field of a request's head.
func (x *exchange) requestField(g *gathered, name, value []byte) {
	o := x.owner
	if name[0] == ':' {
		x.pseudo(name, value)
		return
	}
	g.requestField(x, name, value)
	x.call.RequestField(name, value)
	o.contexts.Field(name, value)
	o.words.RequestField(&x.Words, name, value)
}

// pseudo takes what HTTP/1 has in its first line (https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1).
func (x *exchange) pseudo(name, value []byte) {
	words := x.owner.words
	switch string(name) { // does not allocate
	case ":method":
		words.SetMethod(&x.Words, value)
	case ":path":
		x.path = words.Text(value)
	case ":scheme":
		x.scheme = words.Text(value)
	case ":authority":
		x.Host, x.authority = words.Text(value), true
	case ":protocol":
		x.protocol = words.Text(value)
	}
}

// endRequestHead acts on a head whose fields were read.
func (x *exchange) endRequestHead(g *gathered) {
	o := x.owner
	if !x.authority {
		x.Host = o.words.Text(g.host)
	}
	x.origin = o.words.Text(httpwords.ClientOf(g.forwarded, g.forwardedFor))
	x.Context, x.RequestID = o.contexts.Take()
	x.Mark |= x.Marks(x.path, g.contentType)
	x.polls = x.IsLongPoll(x.path, g.prefer)
	x.beginCall()
}
