package quic

import "github.com/beylareceiver/beylareceiver/internal/wire"

// The versions whose packets are read (RFC 9000, RFC 9369).
const (
	version1 = 0x00000001
	version2 = 0x6b3343cf
)

// Bits of the first byte (RFC 9000, section 17.2).
const (
	longHeader = 0x80
	fixedBit   = 0x40
)

// maxID is how long a connection id may be in these versions.
const maxID = 20

// packetKind is the type of a packet with a long header.
type packetKind uint8

const (
	otherPacket packetKind = iota // of a version that is not known
	negotiation
	initialPacket
	earlyPacket
	handshakePacket
	retryPacket
)

// header is a long header (RFC 8999, section 5.1; RFC 9000, section 17.2).
type header struct {
	kind    packetKind
	version uint32
	// to and from are the connection ids; they alias the datagram.
	to, from []byte
	// number is where the packet number is, end where the packet is over, if all of it
	// was captured.
	number, end int
}

// parseHeader reads the long header that a packet begins with.
func parseHeader(b []byte) (h header, ok bool) {
	r := wire.NewReader(b)
	first := r.U8()
	h.version = r.U32()
	h.to = r.Bytes(int(r.U8()))
	h.from = r.Bytes(int(r.U8()))
	if r.Err() != nil || first&longHeader == 0 {
		return h, false
	}
	h.kind, h.end = kindOf(h.version, first), len(b)
	switch h.kind {
	case otherPacket, negotiation:
		return h, true
	case retryPacket: // has no length: nothing follows it
		return h, len(h.to) <= maxID && len(h.from) <= maxID
	case initialPacket:
		r.Skip(int(min(varint(&r), 1<<16))) // the token
	}
	size := varint(&r)
	h.number = r.Offset()
	if r.Err() != nil || len(h.to) > maxID || len(h.from) > maxID || size > uint64(r.Remaining()) {
		return h, false
	}
	h.end = h.number + int(size)
	return h, true
}

// kindOf is the type in the first byte, which version 2 numbers anew (RFC 9369, section 3.2).
func kindOf(version uint32, first byte) packetKind {
	kinds := [...]packetKind{initialPacket, earlyPacket, handshakePacket, retryPacket}
	n := first >> 4 & 3
	switch version {
	case 0:
		return negotiation
	case version1:
		return kinds[n]
	case version2:
		return kinds[(n+3)%4]
	}
	return otherPacket
}

// varint reads an integer of one to eight bytes (RFC 9000, section 16).
func varint(r *wire.Reader) uint64 {
	first := r.U8()
	v := uint64(first & 0x3f)
	for range 1<<(first>>6) - 1 {
		v = v<<8 | uint64(r.U8())
	}
	return v
}
