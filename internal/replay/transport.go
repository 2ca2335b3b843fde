//go:build amd64 || arm64

package replay

import (
	"encoding/binary"

	"github.com/gopacket/gopacket/layers"

	"github.com/beylareceiver/beylareceiver/internal/event"
)

// TCP flags, RFC 9293 section 3.1.
const (
	flagFIN = 1 << 0
	flagSYN = 1 << 1
	flagRST = 1 << 2
	flagACK = 1 << 4
)

// decoder takes frames apart. It holds fragments, nothing else.
type decoder struct {
	fragments fragments
	tunnels   int // around what is being decoded
}

// transport reads a TCP or UDP header; wire is the length of data before the
// snap length cut it.
func (d *decoder) transport(protocol byte, data []byte, wire int, p *packet) Reason {
	p.transport = protocol
	switch event.Transport(protocol) {
	case event.TCP:
		return tcpHeader(data, wire, p)
	case event.UDP:
		if why := udpHeader(data, wire, p); why != Reasons {
			return why
		}
		return d.datagram(p)
	}
	switch protocol {
	case protocolIPv4:
		return d.plain(layers.EthernetTypeIPv4, data, wire, p)
	case protocolIPv6:
		return d.plain(layers.EthernetTypeIPv6, data, wire, p)
	case protocolGRE:
		return d.gre(data, wire, p)
	}
	return OtherTransport
}

// tcpHeader reads RFC 9293's header. Options are not looked at: a receiver
// takes segments whose options it cannot make sense of. Nor is the checksum:
// with offload, captures at the sender never have it right.
func tcpHeader(data []byte, wire int, p *packet) Reason {
	if len(data) < 20 {
		return cut(wire, 20)
	}
	size := int(data[12]>>4) * 4
	if size < 20 || size > wire {
		return Malformed
	}
	p.src.port, p.dst.port = binary.BigEndian.Uint16(data), binary.BigEndian.Uint16(data[2:])
	p.seq, p.ack = binary.BigEndian.Uint32(data[4:]), binary.BigEndian.Uint32(data[8:])
	p.flags = data[13]
	p.wire, p.payload = wire-size, data[min(size, len(data)):]
	return Reasons
}

// udpHeader reads RFC 768's header. A length of 0 is a jumbogram's (RFC 2675).
func udpHeader(data []byte, wire int, p *packet) Reason {
	if len(data) < 8 {
		return cut(wire, 8)
	}
	size := int(binary.BigEndian.Uint16(data[4:]))
	if size == 0 {
		size = wire
	}
	if size < 8 || size > wire {
		return Malformed
	}
	p.src.port, p.dst.port = binary.BigEndian.Uint16(data), binary.BigEndian.Uint16(data[2:])
	p.seq, p.ack, p.flags = 0, 0, 0
	p.flush = p.flush && size == wire
	p.wire, p.payload = size-8, data[8:min(size, len(data))]
	return Reasons
}
