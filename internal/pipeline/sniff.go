//go:build linux && (amd64 || arm64)

package pipeline

import (
	"bytes"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/ledger"
	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// sniff holds the first bytes of a flow while protocols want more of them.
type sniff struct {
	pieces []flow.Segment
	heads  [2][]byte // by event.Dir
	tries  uint8
}

const (
	// maxTries is how many messages of a flow may be nobody's before the flow
	// is ignored for good. More than one: a capture may begin within a body.
	maxTries = 8
	// maxSniff is how many bytes a flow may hold while nobody is sure.
	maxSniff = 16 << 10
)

// reset lets go of what is held.
func (s *sniff) reset() {
	release(s.pieces)
	s.pieces = nil
	s.heads = [2][]byte{}
}

// release ends the claims on the accounts of pieces. Until then they are not settled, though their
// messages be over: an exchange may yet stand on them.
func release(pieces []flow.Segment) {
	for i := range pieces {
		pieces[i].Message.Release()
	}
}

func (s *sniff) size() int { return len(s.heads[0]) + len(s.heads[1]) }

// detect asks the protocols whose the bytes are. Mostly the first segment
// tells; then nothing is copied.
func (s *session) detect(seg *flow.Segment) {
	if len(s.sniff.pieces) == 0 && s.sniff.tries > 0 && !seg.First {
		s.meanwhile(seg) // the rest of a message that is nobody's
		return
	}
	heads := s.sniff.heads
	if len(s.sniff.pieces) == 0 {
		heads[seg.Dir] = seg.Bytes
	} else {
		s.keep(seg)
		heads = s.sniff.heads
	}
	switch s.ask(seg, heads) {
	case proto.Yes:
		s.start(seg)
	case proto.NeedMore:
		s.meanwhile(seg)
		if len(s.sniff.pieces) == 0 {
			s.keep(seg)
		}
		if s.sniff.size() > maxSniff {
			s.giveUp(seg)
		}
	default:
		s.meanwhile(seg)
		s.giveUp(seg)
	}
}

func (s *session) keep(seg *flow.Segment) {
	held := *seg
	held.Bytes = bytes.Clone(seg.Bytes)
	held.Message.Claim()
	s.sniff.pieces = append(s.sniff.pieces, held)
	s.sniff.heads[seg.Dir] = append(s.sniff.heads[seg.Dir], seg.Bytes...)
}

// giveUp notes that a message is nobody's, and the flow after several.
func (s *session) giveUp(seg *flow.Segment) {
	if s.parser == nil {
		s.fallBack(seg)
	}
	s.sniff.reset()
	s.sniff.tries++
	if s.flow.Transport == event.UDP {
		s.e.missed(s.flow.Cookie)
	}
	if s.sniff.tries < maxTries {
		return
	}
	if s.parser == nil {
		s.deafen(ledger.UnknownProtocol)
		return
	}
	s.state, s.protocol = parsing, s.e.fallback
	s.follow()
}

// ask puts the bytes to every protocol, in both orientations when nobody saw
// the handshake. Who sends what looks like a request is the client.
func (s *session) ask(seg *flow.Segment, heads [2][]byte) proto.Verdict {
	best := proto.No
	for i := range s.e.protocols {
		p := &s.e.protocols[i]
		var says [2]proto.Verdict // by the direction that would be the server's
		for _, toServer := range [...]event.Dir{event.Ingress, event.Egress} {
			if s.certain && toServer != s.toServer {
				continue
			}
			says[toServer] = p.Detect(s.flow.Transport, heads[toServer], heads[toServer.Flip()])
		}
		if says[0] == proto.Yes || says[1] == proto.Yes {
			s.protocol = p
			s.turn(seg, says)
			return proto.Yes
		}
		if says[0] == proto.NeedMore || says[1] == proto.NeedMore {
			best = proto.NeedMore
		}
	}
	return best
}

// turn takes over which end is the client's from a protocol that recognised its bytes. What looks alike
// either way (encrypted records) leaves that open; and what is under way stays as it is.
func (s *session) turn(seg *flow.Segment, says [2]proto.Verdict) {
	last := s.protocol == s.e.fallback
	switch {
	case s.certain, last && s.parser != nil:
	case last && says[0] == says[1]:
		s.toServer = s.opener(seg)
	default:
		s.certain, s.toServer = true, event.Ingress
		if says[event.Ingress] != proto.Yes {
			s.toServer = event.Egress
		}
	}
}

// start gives the flow to the protocol that claimed it.
func (s *session) start(seg *flow.Segment) {
	if s.flow.Transport == event.UDP {
		s.e.hit(s.flow.Cookie)
	}
	if p, ok := s.parser.(proto.Provisional); ok {
		if s.protocol == s.e.fallback { // it has seen what there was
			s.state = parsing
			s.sniff.reset()
			s.feed(seg)
			return
		}
		p.Void()
		s.parser = nil
	}
	if s.protocol.off {
		s.deafen(ledger.ProtocolOff)
		seg.Message.Because(ledger.ProtocolOff)
		return
	}
	s.state = parsing
	if !s.server() {
		s.disconnect() // nobody has a request in hand here
	}
	s.parser = s.protocol.NewParser(s.flow.Transport, s)
	pieces := s.sniff.pieces
	s.sniff = sniff{tries: s.sniff.tries}
	defer release(pieces)
	if len(pieces) == 0 {
		s.feed(seg)
		return
	}
	for i := range pieces {
		if s.state != parsing {
			return
		}
		s.feed(&pieces[i])
	}
}

// udpSocket counts, over all peers of a socket, datagrams that were nobody's.
type udpSocket struct {
	misses uint32
	hits   uint32
}

const (
	// udpMisses without one hit make the kernel leave a UDP socket alone.
	udpMisses = 32
	// maxUDPSockets bounds the counts; a full table starts over.
	maxUDPSockets = 65536
)

// tally keeps what is known of a socket by now.
func (e *Engine) tally(cookie uint64, u udpSocket) {
	if len(e.udp) >= maxUDPSockets {
		clear(e.udp)
	}
	e.udp[cookie] = u
}

func (e *Engine) hit(cookie uint64) {
	u := e.udp[cookie]
	u.hits++
	e.tally(cookie, u)
}

func (e *Engine) missed(cookie uint64) {
	u := e.udp[cookie]
	u.misses++
	e.tally(cookie, u)
	if u.misses == udpMisses && u.hits == 0 {
		e.order(e.src.Order(cookie, tap.Ignore))
	}
}
