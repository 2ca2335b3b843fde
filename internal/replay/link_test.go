//go:build amd64 || arm64

package replay

import (
	"encoding/binary"
	"net"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"
)

// cooked1 and cooked2 are Linux cooked headers, for a hardware address of n bytes.
func cooked1(protocol layers.EthernetType, n byte) []byte {
	h := make([]byte, 16)
	h[3], h[5] = 1, n
	binary.BigEndian.PutUint16(h[14:], uint16(protocol))
	return h
}

func cooked2(protocol layers.EthernetType, n byte) []byte {
	h := make([]byte, 20)
	h[9], h[11] = 1, n
	binary.BigEndian.PutUint16(h, uint16(protocol))
	return h
}

// TestLinkTypes: one segment in every wrapping that is read.
func TestLinkTypes(t *testing.T) {
	tag := func(id uint16, next layers.EthernetType) gopacket.SerializableLayer {
		return &layers.Dot1Q{VLANIdentifier: id, Type: next}
	}
	label := func(bottom bool) gopacket.SerializableLayer {
		return &layers.MPLS{Label: 16, StackBottom: bottom, TTL: 3}
	}
	pppoe := &layers.PPPoE{Version: 1, Type: 1, SessionId: 7}
	eth, four, six := ethernet, layers.EthernetTypeIPv4, layers.EthernetTypeIPv6
	type wrap = []gopacket.SerializableLayer
	bytes := func(b ...byte) wrap { return wrap{gopacket.Payload(b)} }
	cases := []struct {
		name   string
		link   layers.LinkType
		before wrap
		v6     bool
	}{
		{"Ethernet", 1, wrap{eth(four)}, false},
		{"Ethernet, IPv6", 1, wrap{eth(six)}, true},
		{"802.1Q", 1, wrap{eth(layers.EthernetTypeDot1Q), tag(5, four)}, false},
		{"QinQ", 1, wrap{eth(layers.EthernetTypeQinQ), tag(5, layers.EthernetTypeDot1Q), tag(6, six)}, true},
		{"old QinQ", 1, wrap{eth(0x9100), tag(5, four)}, false},
		{"MPLS", 1, wrap{eth(layers.EthernetTypeMPLSUnicast), label(false), label(true)}, false},
		{"PPPoE", 1, wrap{eth(layers.EthernetTypePPPoESession), pppoe, gopacket.Payload{0, 0x21}}, false},
		{"PPPoE, IPv6", 1, wrap{eth(layers.EthernetTypePPPoESession), pppoe, gopacket.Payload{0x57}}, true},
		{"PPP", 9, bytes(0xff, 3, 0, 0x21), false},
		{"NULL, little endian", 0, bytes(2, 0, 0, 0), false},
		{"NULL, big endian", 0, bytes(0, 0, 0, 2), false},
		{"NULL, IPv6 of macOS", 0, bytes(30, 0, 0, 0), true},
		{"LOOP", 108, bytes(0, 0, 0, 2), false},
		{"LOOP, IPv6 of OpenBSD", 108, bytes(0, 0, 0, 24), true},
		{"cooked v1", 113, bytes(cooked1(four, 6)...), false},
		{"cooked v1, InfiniBand", 113, bytes(cooked1(six, 20)...), true},
		{"cooked v1, 802.1Q", 113, wrap{gopacket.Payload(cooked1(layers.EthernetTypeDot1Q, 6)), tag(5, four)}, false},
		{"cooked v2", 276, bytes(cooked2(four, 6)...), false},
		{"cooked v2, InfiniBand", 276, bytes(cooked2(six, 20)...), true},
		{"raw", 101, nil, false},
		{"raw, IPv6", 101, nil, true},
		{"raw, BSD", 12, nil, false},
		{"raw, OpenBSD", 14, nil, true},
		{"IPv4", 228, nil, false},
		{"IPv6", 229, nil, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var packet []byte
			for _, l := range c.before {
				packet = append(packet, wire(t, l)...)
			}
			packet = append(packet, wire(t, seg{up: true, seq: 1, data: "GET"}.layers(c.v6)...)...)
			recs, s := readAll(t, pcapFile(t, c.link, shot{data: packet, time: epoch}), Options{})
			require.Len(t, recs, 1, "%v", s.Skipped)
			require.Equal(t, "GET", recs[0].payload)
			require.EqualValues(t, 3, recs[0].Len)
			family, local := uint8(4), [16]byte{10, 0, 0, 2}
			if c.v6 {
				family, local = 6, [16]byte(server6)
			}
			require.Equal(t, family, recs[0].Family)
			require.Equal(t, local, recs[0].Local)

			// Cut anywhere, it is counted, and Len stays what it was.
			head := len(packet) - 3
			for n := range packet {
				recs, s := readAll(t, pcapFile(t, c.link, shot{data: packet[:n], wire: len(packet), time: epoch}), Options{})
				if n >= head {
					require.Len(t, recs, 1)
					require.EqualValues(t, 3, recs[0].Len)
					require.Equal(t, "GET"[:n-head], recs[0].payload)
				} else {
					require.Empty(t, recs)
					require.EqualValues(t, 1, s.Skipped[Truncated], "%d: %v", n, s.Skipped)
				}
			}
		})
	}
}

// TestNotRead: packets that give nothing, and why.
func TestNotRead(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	good := wire(t, seg{up: true, seq: 1, data: "GET"}.layers(false)...)
	with := func(change func(b []byte)) []byte {
		b := append([]byte(nil), good...)
		change(b)
		return b
	}
	six := wire(t, seg{up: true, seq: 1, data: "GET"}.layers(true)...)
	dgram := wire(t, dgram(true, "GET")...)
	cases := []struct {
		name string
		link layers.LinkType
		data []byte
		why  Reason
	}{
		{"ARP", 1, wire(t, ethernet(layers.EthernetTypeARP), gopacket.Payload("an ARP request of a sort")), NotIP},
		{"LLC", 1, wire(t, &layers.Ethernet{SrcMAC: mac, DstMAC: mac, EthernetType: layers.EthernetTypeLLC, Length: 3}, gopacket.Payload("abc")), NotIP},
		{"PPP, LCP", 9, []byte{0xff, 3, 0xc0, 0x21, 1, 1}, NotIP},
		{"IPv5", 101, with(func(b []byte) { b[0] = 0x55 }), NotIP},
		{"loopback header", 0, []byte{1, 2, 3, 4, 5}, Malformed},
		{"IPv4 header length", 101, with(func(b []byte) { b[0] = 0x44 }), Malformed},
		{"IPv4 header longer than the packet", 101, with(func(b []byte) { b[3] = 19 }), Malformed},
		{"ICMP", 101, with(func(b []byte) { b[9] = 1 }), OtherTransport},
		{"TCP header length", 101, with(func(b []byte) { b[32] = 0x40 }), Malformed},
		{"TCP header longer than the packet", 101, with(func(b []byte) { b[32] = 0xf0 }), Malformed},
		{"no room for TCP", 101, with(func(b []byte) { b[3] = 39 }), Malformed},
		{"no room for TCP in IPv6", 101, append(append([]byte(nil), six[:5]...), append([]byte{19}, six[6:]...)...), Malformed},
		{"UDP length beyond the packet", 101, append(append([]byte(nil), dgram[:25]...), append([]byte{99}, dgram[26:]...)...), Malformed},
		{"UDP length too short", 101, append(append([]byte(nil), dgram[:25]...), append([]byte{7}, dgram[26:]...)...), Malformed},
		{"no next header", 101, append(append([]byte(nil), six[:6]...), append([]byte{59}, six[7:]...)...), OtherTransport},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			recs, s := readAll(t, pcapFile(t, c.link, shot{data: c.data, time: epoch}), Options{})
			require.Empty(t, recs)
			require.EqualValues(t, 1, s.Skipped[c.why], "%v", s.Skipped)
		})
	}
}

// TestLengths: what the header says, what the wire had, what was captured.
func TestLengths(t *testing.T) {
	four := wire(t, seg{up: true, seq: 1, data: "GET"}.layers(false)...)
	six := wire(t, seg{up: true, seq: 1, data: "GET"}.layers(true)...)
	offload4, offload6 := append([]byte(nil), four...), append([]byte(nil), six...)
	offload4[2], offload4[3] = 0, 0
	offload6[4], offload6[5] = 0, 0
	lead := wire(t, ethernet(layers.EthernetTypeIPv4))
	join := func(parts ...[]byte) (b []byte) {
		for _, p := range parts {
			b = append(b, p...)
		}
		return b
	}
	cases := []struct {
		name string
		link layers.LinkType
		shot shot
		len  int
	}{
		{"Ethernet padding", 1, shot{data: join(lead, four, make([]byte, 9))}, 3},
		{"IPv6 with a trailer", 101, shot{data: join(six, []byte("trailer"))}, 3},
		{"segmentation offload", 101, shot{data: offload4, wire: 90_000}, 90_000 - 40},
		{"segmentation offload, Ethernet", 1, shot{data: join(lead, offload4), wire: 1014}, 1000 - 40},
		{"segmentation offload, IPv6", 101, shot{data: offload6, wire: 90_000}, 90_000 - 60},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.shot.time = epoch
			recs, _ := readAll(t, pcapFile(t, c.link, c.shot), Options{})
			require.Len(t, recs, 1)
			require.EqualValues(t, c.len, recs[0].Len)
			require.Equal(t, "GET", recs[0].payload)
		})
	}
	t.Run("options cut off", func(t *testing.T) {
		syn := wire(t, seg{up: true, flags: "S", seq: 1, data: "GET"}.layers(false)...)
		recs, _ := readAll(t, pcapFile(t, layers.LinkTypeRaw, shot{data: syn[:41], wire: len(syn), time: epoch}), Options{})
		require.Len(t, recs, 1)
		require.EqualValues(t, 3, recs[0].Len)
		require.Zero(t, recs[0].Cap)
	})
}

// TestExtensions: IPv6 extension headers in front of TCP.
func TestExtensions(t *testing.T) {
	whole := wire(t, seg{up: true, seq: 1, data: "GET"}.layers(true)...)
	build := func(chain ...[]byte) []byte {
		b := append([]byte(nil), whole[:40]...)
		var ext []byte
		at := 6
		for _, c := range chain { // the first byte of each is its own number
			if len(ext) == 0 {
				b[at] = c[0]
			} else {
				ext[at] = c[0]
			}
			at = len(ext)
			ext = append(ext, c...)
		}
		ext[at] = 6
		binary.BigEndian.PutUint16(b[4:], uint16(len(ext)+len(whole)-40))
		return append(append(b, ext...), whole[40:]...)
	}
	header := func(kind byte, units byte, size int) []byte {
		h := make([]byte, size)
		h[0], h[1] = kind, units
		return h
	}
	hop, route, options, auth := header(0, 0, 8), header(43, 2, 24), header(60, 1, 16), header(51, 4, 24)
	atomic := header(44, 0, 8)
	cases := map[string][]byte{
		"hop by hop":  build(hop),
		"routing":     build(route),
		"destination": build(options),
		"AH":          build(auth),
		"atomic":      build(atomic),
		"all of them": build(hop, options, route, atomic, auth, header(135, 0, 8), options),
	}
	for name, packet := range cases {
		t.Run(name, func(t *testing.T) {
			recs, s := readAll(t, raw(t, packet), Options{})
			require.Len(t, recs, 1, "%v", s.Skipped)
			require.Equal(t, "GET", recs[0].payload)
			for n := range len(packet) - 3 {
				_, s := readAll(t, pcapFile(t, layers.LinkTypeRaw, shot{data: packet[:n], wire: len(packet)}), Options{})
				require.EqualValues(t, 1, s.Skipped[Truncated])
			}
		})
	}
	t.Run("longer than the packet", func(t *testing.T) {
		_, s := readAll(t, raw(t, build(header(60, 200, 8))), Options{})
		require.EqualValues(t, 1, s.Skipped[Malformed])
	})
}
