package fastcgi

import "github.com/beylareceiver/beylareceiver/internal/proto"

var _ proto.Skipper = (*parser)(nil)

// Skip implements proto.Skipper. Where requests overlap, one that begins does not tell that the response
// before it is over.
func (p *parser) Skip() bool {
	if p.dead || p.shared || p.halves[0].state == over || p.halves[1].state == over {
		return false
	}
	p.settleAdrift()
	p.fail(proto.NotObserved)
	for i := range p.halves {
		h := &p.halves[i]
		h.next(true)
		h.disown(proto.LostGap)
		h.started = false
	}
	return true
}
