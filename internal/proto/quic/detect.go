package quic

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Bounds of a client's first datagram (RFC 9000, sections 14.1 and 7.2).
const (
	minDatagram = 1200
	minFirstID  = 8
)

// Detect looks for a client's first datagram. What a server sends is no evidence: without the
// client's first nothing could be read of it.
func Detect(t event.Transport, toServer, _ []byte) proto.Verdict {
	if t != event.UDP || len(toServer) < minDatagram || toServer[0]&(longHeader|fixedBit) != longHeader|fixedBit {
		return proto.No
	}
	h, ok := parseHeader(toServer)
	if !ok || len(h.to) < minFirstID || len(h.to) > maxID || len(h.from) > maxID {
		return proto.No
	}
	switch h.kind {
	case initialPacket:
		k, err := deriveKeys(h.version, h.to, client)
		if err != nil {
			return proto.No
		}
		if _, _, ok := k.open(toServer[:h.end], &h, nil); ok {
			return proto.Yes
		}
	case otherPacket:
		if used(h.version) {
			return proto.Yes
		}
	}
	return proto.No
}
