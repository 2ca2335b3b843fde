package http1

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
)

// upgrade is a protocol that Upgrade names (https://www.rfc-editor.org/rfc/rfc9110#section-7.8).
type upgrade uint8

const (
	toOther upgrade = iota
	toWebSocket
	toHTTP2
)

// upgradeOf reads a field; of several protocols the first one that is known.
func upgradeOf(value []byte) upgrade {
	for rest, more := value, true; more; {
		var one []byte
		one, rest, more = bytes.Cut(rest, []byte{','})
		switch one = httpwords.Trim(one); {
		case httpwords.Is(one, "websocket"):
			return toWebSocket
		case httpwords.Is(one, "h2c"):
			return toHTTP2
		}
	}
	return toOther
}

// upgraded is called behind the head of 101: what follows is not HTTP/1.
func (p *parser) upgraded(h *half, x *exchange, truncated bool) {
	if h.x == nil {
		p.surrender(proto.LostOpaque)
		return
	}
	whole := p.leaveTo(x, truncated)
	switch x.upgrade {
	case toWebSocket:
		p.goOn(newWebSocket(p, x, whole), &x.Exchange)
	case toHTTP2:
		if p.toHTTP2(x, whole) {
			return
		}
		fallthrough
	default:
		x.Stream = httpwords.Upgrade
		p.goOn(newTunnel(p, x, whole, nil), &x.Exchange)
	}
}

// connected is called behind the head of CONNECT's 2xx.
func (p *parser) connected(h *half, x *exchange, truncated bool) {
	if h.x == nil {
		p.surrender(proto.LostOpaque)
		return
	}
	whole := p.leaveTo(x, truncated)
	x.Stream = httpwords.Tunnel
	var inner proto.Parser
	if next := p.owner.config.Next; next != nil && whole == allWhole {
		inner = next(proto.Handover{Transport: event.TCP, Sink: p.sink})
	}
	p.goOn(newTunnel(p, x, whole, inner), &x.Exchange)
}

// allWhole: both directions are known from where HTTP ended.
var allWhole = [2]bool{true, true}

// leaveTo ends HTTP on the connection, with x as its last exchange and no longer in the queue, and
// tells in which directions it is known where what follows begins.
func (p *parser) leaveTo(x *exchange, truncated bool) (whole [2]bool) {
	client := &p.halves[proto.ToServer]
	between := client.state == atStart && client.x == nil && p.queue.hidden == nothingHidden
	whole[proto.ToServer] = between || client.state == over
	whole[proto.ToClient] = !truncated
	x.Response.Truncated = truncated
	p.queue.pop()
	p.detach(x)
	p.fail(proto.NotObserved)
	p.ended = client.state == over
	p.leave(proto.LostOpaque)
	return whole
}

// goOn makes next the parser of what follows on the stream x.
func (p *parser) goOn(next proto.Parser, x *proto.Exchange) {
	p.next = next
	p.tell(x.Semantics.(*exchange))
	if p.ended {
		next.Close(proto.ToServer, x.Request.Last, proto.FIN)
	}
}

// pass hands the last bytes of a segment to what follows HTTP.
func (p *parser) pass(h *half, seg *proto.Segment, b []byte) {
	if before := len(seg.Bytes) - len(b); before > 0 {
		rest := *seg
		rest.Bytes, rest.Seq = b, seg.Seq+uint32(before)
		seg = &rest
	}
	p.next.Feed(h.dir, seg)
}
