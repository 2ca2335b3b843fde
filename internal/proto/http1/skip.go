package http1

import "github.com/beylareceiver/beylareceiver/internal/proto"

var _ proto.Skipper = (*parser)(nil)

// Skip implements proto.Skipper. Of a client that pipelines, or has changed the protocol, a message that
// begins does not tell that the response before it is over.
func (p *parser) Skip() bool {
	if p.dead || p.pipelined || p.halves[0].state == over || p.halves[1].state == over {
		return false
	}
	p.endOpenResponse()
	p.fail(proto.NotObserved)
	if p.next != nil { // the head of a 101 was under way
		return false
	}
	for i := range p.halves {
		h := &p.halves[i]
		p.drop(h)
		h.disown(proto.LostGap)
		h.enter(atStart)
		h.guess, h.started = true, false
	}
	p.queue.hidden = nothingHidden
	return true
}
