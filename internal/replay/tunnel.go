//go:build amd64 || arm64

package replay

import (
	"encoding/binary"

	"github.com/gopacket/gopacket/layers"
)

// maxTunnels is how many tunnels are opened around one packet. A host sends a
// packet into one of its own inside that of a cloud; more is an attack on whoever unwraps.
const maxTunnels = 2

// The IP protocols that carry packets.
const (
	protocolIPv4 = 4  // RFC 2003, and RFC 2473 over IPv6
	protocolIPv6 = 41 // RFC 4213, and RFC 2473
	protocolGRE  = 47 // RFC 2784, RFC 2890
)

// The UDP ports that carry frames.
const (
	portVXLAN      = 4789 // RFC 7348
	portVXLANLinux = 8472 // what Linux used before that, and flannel still does
	portGeneve     = 6081 // RFC 8926
)

// transparentBridging is the EtherType of a whole frame in GRE (NVGRE: RFC 7637) and Geneve.
const transparentBridging layers.EthernetType = 0x6558

// enter counts one more tunnel around the packet; false when it is too many.
func (d *decoder) enter() bool {
	d.tunnels++
	return d.tunnels <= maxTunnels
}

// inside decodes what a tunnel carries by its EtherType; wire is the length
// of data before the snap length cut it.
func (d *decoder) inside(t layers.EthernetType, data []byte, wire int, p *packet) Reason {
	var ip []byte
	var why Reason
	if t == transparentBridging {
		ip, why = unwrap(layers.LinkTypeEthernet, data)
	} else {
		ip, why = etherType(t, data)
	}
	if why == Truncated && len(data) == wire {
		why = Malformed // nothing was cut: it was sent like that
	}
	if why != Reasons {
		return why
	}
	return d.version(ip, wire-(len(data)-len(ip)), p)
}

// plain decodes an IP packet that stands in another one.
func (d *decoder) plain(t layers.EthernetType, data []byte, wire int, p *packet) Reason {
	if !d.enter() {
		return OtherTransport
	}
	return d.inside(t, data, wire, p)
}

// gre reads the header of RFC 2784 with RFC 2890's key and sequence number.
// What has other versions (PPTP) or a source route is not opened.
func (d *decoder) gre(data []byte, wire int, p *packet) Reason {
	if len(data) < 4 {
		return cut(wire, 4)
	}
	flags := binary.BigEndian.Uint16(data)
	if flags&0x4007 != 0 || !d.enter() {
		return OtherTransport
	}
	size := 4
	for _, optional := range [...]uint16{0x8000, 0x2000, 0x1000} { // checksum, key, sequence number
		if flags&optional != 0 {
			size += 4
		}
	}
	if len(data) < size {
		return cut(wire, size)
	}
	return d.inside(layers.EthernetType(binary.BigEndian.Uint16(data[2:])), data[size:], wire-size, p)
}

// datagram opens the tunnels that go over UDP. The port alone proves nothing,
// as it may be a client's: what has no such header stays the datagram that it is.
func (d *decoder) datagram(p *packet) Reason {
	var inner layers.EthernetType
	var size int
	switch p.dst.port {
	case portVXLAN, portVXLANLinux:
		inner, size = transparentBridging, vxlan(p.payload)
	case portGeneve:
		inner, size = geneve(p.payload)
	}
	if size == 0 || size > len(p.payload) || !d.enter() {
		return Reasons
	}
	return d.inside(inner, p.payload[size:], p.wire-size, p)
}

// vxlan gives the size of a VXLAN header, 0 if there is none: a valid network
// identifier, and with it either nothing or a group policy
// (draft-smith-vxlan-group-policy); what is reserved is zero.
func vxlan(b []byte) int {
	if len(b) < 8 || b[7] != 0 {
		return 0
	}
	if b[0] == 0x08 && b[1]|b[2]|b[3] == 0 || b[0] == 0x88 && b[1]&^0x48 == 0 {
		return 8
	}
	return 0
}

// geneve gives what a Geneve header announces, and its size with options, 0 if
// there is none. Control packets are no traffic.
func geneve(b []byte) (layers.EthernetType, int) {
	if len(b) < 8 || b[0]&0xc0 != 0 || b[1]&0xbf != 0 || b[7] != 0 {
		return 0, 0
	}
	inner := layers.EthernetType(binary.BigEndian.Uint16(b[2:]))
	switch inner {
	case transparentBridging, layers.EthernetTypeIPv4, layers.EthernetTypeIPv6:
		return inner, 8 + int(b[0]&0x3f)*4
	}
	return 0, 0
}
