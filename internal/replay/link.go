//go:build amd64 || arm64

package replay

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// ErrLinkType is returned when nothing in a file was captured on a link type
// that is decoded: by Open for pcap, by Read at the end for pcapng.
var ErrLinkType = errors.New("link type is not decoded (Ethernet, loopback, Linux cooked, raw IP and PPP are)")

func linkTypeError(l layers.LinkType) error {
	return fmt.Errorf("link type %d: %w", uint16(l), ErrLinkType)
}

// The numbers that raw IP goes by: DLT_RAW differs between systems.
const (
	linkRawBSD     layers.LinkType = 12
	linkRawOpenBSD layers.LinkType = 14
)

// decodes tells whether packets of this link type are read.
func decodes(l layers.LinkType) bool {
	switch l {
	case layers.LinkTypeEthernet, layers.LinkTypeNull, layers.LinkTypeLoop,
		layers.LinkTypeLinuxSLL, layers.LinkTypeLinuxSLL2, layers.LinkTypePPP,
		layers.LinkTypeRaw, linkRawBSD, linkRawOpenBSD, layers.LinkTypeIPv4, layers.LinkTypeIPv6:
		return true
	}
	return false
}

// unwrap finds the IP packet in a frame; Reasons if there is one.
func unwrap(l layers.LinkType, data []byte) ([]byte, Reason) {
	switch l {
	case layers.LinkTypeEthernet:
		var eth layers.Ethernet
		if eth.DecodeFromBytes(data, gopacket.NilDecodeFeedback) != nil {
			return nil, Truncated
		}
		return etherType(eth.EthernetType, eth.Payload)
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		var lo layers.Loopback
		if lo.DecodeFromBytes(data, gopacket.NilDecodeFeedback) != nil {
			return nil, short(data, 4)
		}
		return anyIP(lo.Payload)
	case layers.LinkTypeLinuxSLL:
		// Not by the library, which refuses addresses longer than the eight
		// bytes that the header keeps of them, as InfiniBand has.
		if len(data) < 16 {
			return nil, Truncated
		}
		return etherType(layers.EthernetType(binary.BigEndian.Uint16(data[14:])), data[16:])
	case layers.LinkTypeLinuxSLL2:
		if len(data) < 20 {
			return nil, Truncated
		}
		return etherType(layers.EthernetType(binary.BigEndian.Uint16(data)), data[20:])
	case layers.LinkTypePPP:
		return ppp(data)
	case layers.LinkTypeRaw, linkRawBSD, linkRawOpenBSD, layers.LinkTypeIPv4, layers.LinkTypeIPv6:
		return anyIP(data)
	}
	return nil, LinkType
}

// short tells a header that was cut from one that is wrong.
func short(data []byte, need int) Reason {
	if len(data) < need {
		return Truncated
	}
	return Malformed
}

// anyIP is for payloads that are IP of either version by definition.
func anyIP(data []byte) ([]byte, Reason) {
	if len(data) == 0 {
		return nil, Truncated
	}
	if v := data[0] >> 4; v != 4 && v != 6 {
		return nil, NotIP
	}
	return data, Reasons
}

// etherType goes through tags and labels down to IP.
func etherType(t layers.EthernetType, data []byte) ([]byte, Reason) {
	for {
		switch t {
		case layers.EthernetTypeIPv4, layers.EthernetTypeIPv6:
			return anyIP(data)
		case layers.EthernetTypeDot1Q, layers.EthernetTypeQinQ, 0x9100:
			var tag layers.Dot1Q
			if tag.DecodeFromBytes(data, gopacket.NilDecodeFeedback) != nil {
				return nil, Truncated
			}
			t, data = tag.Type, tag.Payload
		case layers.EthernetTypeMPLSUnicast, layers.EthernetTypeMPLSMulticast:
			return mpls(data)
		case layers.EthernetTypePPPoESession:
			// RFC 2516 section 4: version and type, code, session (2), length (2).
			if len(data) < 6 {
				return nil, Truncated
			}
			return ppp(data[6:])
		default:
			return nil, NotIP
		}
	}
}

// mpls drops the label stack (RFC 3032); what it carries is not said, IP shows
// by its version.
func mpls(data []byte) ([]byte, Reason) {
	for len(data) >= 4 {
		bottom := data[2]&1 != 0
		data = data[4:]
		if bottom {
			return anyIP(data)
		}
	}
	return nil, Truncated
}

// ppp reads a PPP frame (RFC 1662 with the address field or without, protocol
// field of RFC 1661 in one byte or two).
func ppp(data []byte) ([]byte, Reason) {
	if len(data) >= 2 && data[0] == 0xff && data[1] == 0x03 {
		data = data[2:]
	}
	if len(data) < 2 {
		return nil, Truncated
	}
	protocol := uint16(data[0])
	data = data[1:]
	if protocol&1 == 0 {
		protocol = protocol<<8 | uint16(data[0])
		data = data[1:]
	}
	if protocol != 0x21 && protocol != 0x57 {
		return nil, NotIP
	}
	return anyIP(data)
}
