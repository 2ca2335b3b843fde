package fastcgi

import "github.com/beylareceiver/beylareceiver/internal/proto"

// beginResponse finds the exchange of a record of a response.
func (p *parser) beginResponse(h *half) {
	if h.x = p.open.find(h.rec.id); h.x == nil {
		h.disown(proto.LostNoRequest)
		return
	}
	p.announce(h.x, true) // an application need not wait for the parameters
}

// end finishes an exchange. content is END_REQUEST's (section 5.5): the
// application's status, the protocol's, and three reserved bytes.
func (p *parser) end(x *exchange, content uint64) {
	x.appStatus = int64(uint32(content >> 32))
	x.refusal = refusal(byte(content >> statusBits))
	x.ended = true
	p.done(x, proto.NoFault)
}
