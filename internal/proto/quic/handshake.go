package quic

import (
	"slices"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/tlshello"
)

// maxKeys is how many times keys are derived for one connection: two, and for each Retry and each version more.
const maxKeys = 16

// handshake is what is held of a connection until both ends have their last keys.
type handshake struct {
	owner *protocol
	x     *exchange
	// id is what the client chose, and the keys follow from; empty when not known.
	id      []byte
	keys    [2]*keys
	derived int
	streams [2]assembly
	heard   [2]bool // that end's hello
	short   [2]bool // a packet with a short header
	dir     proto.Dir
}

// over tells whether there is nothing more to learn.
func (s *handshake) over() bool { return s.short[0] && s.short[1] }

// datagram looks at the packets of one (RFC 9000, section 12.2).
func (s *handshake) datagram(dir proto.Dir, b []byte) {
	s.dir = dir
	for len(b) > 0 {
		if b[0]&longHeader == 0 {
			s.short[dir] = true
			return
		}
		h, ok := parseHeader(b)
		if !ok {
			return
		}
		s.packet(&h, b[:h.end])
		b = b[h.end:]
	}
}

func (s *handshake) packet(h *header, packet []byte) {
	answer := s.dir == proto.ToClient
	switch h.kind {
	case negotiation:
		return // the client begins anew
	case retryPacket:
		s.x.retried = s.x.retried || answer
		return
	case initialPacket:
		if s.initial(h, packet) {
			s.x.confirm(h.version, answer)
		}
		return
	}
	s.x.confirm(h.version, answer)
}

// initial reads an Initial packet, if its keys are to be had.
func (s *handshake) initial(h *header, packet []byte) bool {
	if s.try(h, packet, s.id) {
		return true
	}
	if s.dir == proto.ToClient || string(h.to) == string(s.id) || !s.try(h, packet, h.to) {
		return false
	}
	s.id = slices.Clone(h.to) // the first packet, or the first after Retry
	s.keys[proto.ToClient] = nil
	return true
}

// try decrypts a packet with the keys that follow from an id.
func (s *handshake) try(h *header, packet, id []byte) bool {
	known := s.keys[s.dir]
	k := known
	if k == nil || k.version != h.version || string(id) != string(s.id) {
		if len(id) == 0 || s.derived >= maxKeys {
			return false
		}
		s.derived++
		var err error
		if k, err = deriveKeys(h.version, id, [...]end{client, server}[s.dir]); err != nil {
			return false
		}
	}
	frames, room, ok := k.open(packet, h, s.owner.room)
	s.owner.room = room
	if ok {
		s.keys[s.dir] = k
		visit(frames, s)
	}
	return ok
}

// crypto implements visitor.
func (s *handshake) crypto(offset uint64, data []byte) {
	if s.heard[s.dir] {
		return
	}
	stream := &s.streams[s.dir]
	stream.add(offset, data)
	for !s.heard[s.dir] {
		kind, body, ok := stream.next()
		if !ok {
			return
		}
		s.hello(kind, body)
	}
	*stream = assembly{}
}

// The handshake messages that are read (RFC 8446, section 4).
const (
	clientHello = 1
	serverHello = 2
)

// hello reads a message. A HelloRetryRequest is not the last one of the server's.
func (s *handshake) hello(kind byte, body []byte) {
	f := &s.x.facts
	s.heard[s.dir] = true
	switch {
	case s.dir == proto.ToServer && kind == clientHello:
		_ = s.owner.store.ClientHello(body, f) // one that cannot be read says nothing
	case s.dir == proto.ToClient && kind == serverHello:
		err := s.owner.store.ServerHello(body, f)
		s.heard[s.dir] = err != nil || f.Server
	}
}

// cryptoError is where the alerts of TLS begin among the errors of QUIC (RFC 9001, section 4.8).
const cryptoError = 0x100

// giveUp implements visitor.
func (s *handshake) giveUp(code uint64) {
	f := &s.x.facts
	f.Established = tlshello.No
	if code&^0xff == cryptoError {
		f.Alerted, f.Alert = true, uint8(code)
		return
	}
	s.x.failure = errorType(code)
}
