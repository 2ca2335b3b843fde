//go:build amd64 || arm64

package replay

import (
	"encoding/binary"
)

// endpoint is an address and a port.
type endpoint struct {
	addr [16]byte // IPv4 in the first four bytes
	port uint16
}

// packet is one IP packet, taken apart as far as its payload.
type packet struct {
	time      int64
	src, dst  endpoint
	family    uint8 // 4 or 6
	transport uint8 // IP protocol number
	flags     uint8 // TCP
	seq, ack  uint32
	// wire is how many payload bytes the packet had, payload what was
	// captured of them.
	wire    int
	payload []byte
	// end is the position after the payload, once it is known.
	end int64
	// flush: the payload ends where the frame on the wire did.
	flush bool
	// tail is the end of a frame of which not all was captured: its last
	// tailLen bytes, as the last of these eight.
	tail    [8]byte
	tailLen int
	// via is where it was seen; the same packet may pass several places.
	via uint32
}

// The IP headers are read here and not by the packet library because of three
// lengths that must be kept apart: what the header says, what the wire had
// (they differ with segmentation offload, where the first is 0) and what was
// captured.

// ip takes an IP packet apart, and what it may be wrapped around; wire is its
// length before the snap length cut it. Reasons means that p holds a TCP or UDP packet.
func (d *decoder) ip(data []byte, wire int, p *packet) Reason {
	d.tunnels, p.flush = 0, true
	return d.version(data, wire, p)
}

func (d *decoder) version(data []byte, wire int, p *packet) Reason {
	if data[0]>>4 == 4 {
		return d.ipv4(data, wire, p)
	}
	return d.ipv6(data, wire, p)
}

// ipv4 reads RFC 791's header.
func (d *decoder) ipv4(data []byte, wire int, p *packet) Reason {
	if len(data) < 20 {
		return Truncated
	}
	head, total := int(data[0]&15)*4, int(binary.BigEndian.Uint16(data[2:]))
	if total == 0 {
		total = wire // the network card was to fill it in, segment by segment
	}
	p.flush = p.flush && total == wire
	if head < 20 || total < head {
		return Malformed
	}
	if len(data) < head {
		return Truncated
	}
	data = data[:min(len(data), total)]
	p.family = 4
	p.src, p.dst = endpoint{}, endpoint{}
	copy(p.src.addr[:4], data[12:])
	copy(p.dst.addr[:4], data[16:])
	next := data[9]
	if field := binary.BigEndian.Uint16(data[6:]); field&0x3fff != 0 {
		at := piece{id: uint32(binary.BigEndian.Uint16(data[4:])), next: next,
			offset: int(field&0x1fff) * 8, more: field&0x2000 != 0}
		return d.fragment(at, data[head:], total-head, p)
	}
	return d.transport(next, data[head:], total-head, p)
}

// ipv6 reads RFC 8200's header.
func (d *decoder) ipv6(data []byte, wire int, p *packet) Reason {
	if len(data) < 40 {
		return Truncated
	}
	total := int(binary.BigEndian.Uint16(data[4:])) + 40
	if total == 40 {
		total = wire // a jumbogram (RFC 2675), or segmentation offload
	}
	p.flush = p.flush && total == wire
	data = data[:min(len(data), total)]
	p.family = 6
	p.src, p.dst = endpoint{}, endpoint{}
	copy(p.src.addr[:], data[8:])
	copy(p.dst.addr[:], data[24:])
	return d.extensions(data[6], data[40:], max(total, 40)-40, p)
}

// Extension headers, by IP protocol number.
const (
	extHopByHop = 0
	extRouting  = 43
	extFragment = 44
	extAuth     = 51
	extOptions  = 60
	extMobility = 135
	extHIP      = 139
	extShim6    = 140
)

// extensions walks over extension headers (RFC 8200 section 4) to the transport.
func (d *decoder) extensions(next byte, data []byte, wire int, p *packet) Reason {
	for {
		var size int
		switch next {
		case extHopByHop, extRouting, extOptions, extMobility, extHIP, extShim6, extAuth, extFragment:
			if len(data) < 8 {
				return cut(wire, 8)
			}
			size = int(data[1])*8 + 8
		default:
			return d.transport(next, data, wire, p)
		}
		switch next {
		case extFragment:
			field := binary.BigEndian.Uint16(data[2:])
			if field&0xfff9 == 0 {
				size = 8 // an atomic fragment (RFC 6946) is whole
				break
			}
			at := piece{id: binary.BigEndian.Uint32(data[4:]), next: data[0],
				offset: int(field &^ 7), more: field&1 != 0}
			return d.fragment(at, data[8:], wire-8, p)
		case extAuth:
			size = int(data[1])*4 + 8 // RFC 4302 counts in words
		}
		if len(data) < size {
			return cut(wire, size)
		}
		next, data, wire = data[0], data[size:], wire-size
	}
}

// cut tells why a header of need bytes is not there: not captured, or never sent.
func cut(wire, need int) Reason {
	if wire < need {
		return Malformed
	}
	return Truncated
}
