//go:build amd64 || arm64

package replay

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

type wrapping = []gopacket.SerializableLayer

// outer4 and outer6 are the headers of the hosts that a tunnel joins.
func outer4(protocol layers.IPProtocol) gopacket.SerializableLayer {
	return &layers.IPv4{Version: 4, TTL: 9, Protocol: protocol, SrcIP: net.IP{192, 0, 2, 1}, DstIP: net.IP{192, 0, 2, 2}}
}

func outer6(protocol layers.IPProtocol) gopacket.SerializableLayer {
	return &layers.IPv6{
		Version: 6, HopLimit: 9, NextHeader: protocol,
		SrcIP: net.ParseIP("2001:db8:9::1"), DstIP: net.ParseIP("2001:db8:9::2"),
	}
}

func outerUDP(port layers.UDPPort) gopacket.SerializableLayer {
	return &layers.UDP{SrcPort: 54321, DstPort: port}
}

// tunnels are wrappings that are opened; v6 says what is inside.
func tunnels() map[string]struct {
	wrap wrapping
	v6   bool
} {
	four, six := ethernet(layers.EthernetTypeIPv4), ethernet(layers.EthernetTypeIPv6)
	vni := gopacket.Payload{0x08, 0, 0, 0, 0, 0, 7, 0}
	type c = struct {
		wrap wrapping
		v6   bool
	}
	return map[string]c{
		"VXLAN":              {wrapping{outer4(17), outerUDP(4789), vni, four}, false},
		"VXLAN over IPv6":    {wrapping{outer6(17), outerUDP(4789), vni, six}, true},
		"VXLAN, old port":    {wrapping{outer4(17), outerUDP(8472), vni, six}, true},
		"VXLAN, policy":      {wrapping{outer4(17), outerUDP(4789), gopacket.Payload{0x88, 0x08, 1, 2, 0, 0, 7, 0}, four}, false},
		"VXLAN, 802.1Q":      {wrapping{outer4(17), outerUDP(4789), vni, ethernet(layers.EthernetTypeDot1Q), &layers.Dot1Q{VLANIdentifier: 5, Type: layers.EthernetTypeIPv4}}, false},
		"Geneve":             {wrapping{outer4(17), outerUDP(6081), gopacket.Payload{0, 0, 0x65, 0x58, 0, 0, 7, 0}, four}, false},
		"Geneve, options":    {wrapping{outer4(17), outerUDP(6081), gopacket.Payload{2, 0x40, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 1, 9, 9, 9, 9}, six}, true},
		"Geneve, IPv4":       {wrapping{outer6(17), outerUDP(6081), gopacket.Payload{0, 0, 8, 0, 0, 0, 7, 0}}, false},
		"GRE":                {wrapping{outer4(47), gopacket.Payload{0, 0, 8, 0}}, false},
		"GRE, all options":   {wrapping{outer4(47), gopacket.Payload{0xb0, 0, 0x86, 0xdd, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 1}}, true},
		"GRE, MPLS":          {wrapping{outer4(47), gopacket.Payload{0, 0, 0x88, 0x47}, &layers.MPLS{Label: 16, StackBottom: true, TTL: 3}}, false},
		"NVGRE":              {wrapping{outer4(47), gopacket.Payload{0x20, 0, 0x65, 0x58, 0, 1, 2, 3}, four}, false},
		"gretap over IPv6":   {wrapping{outer6(47), gopacket.Payload{0, 0, 0x65, 0x58}, six}, true},
		"IPIP":               {wrapping{outer4(4)}, false},
		"6in4":               {wrapping{outer4(41)}, true},
		"4in6":               {wrapping{outer6(4)}, false},
		"6in6":               {wrapping{outer6(41)}, true},
		"VXLAN in IPIP":      {wrapping{outer4(4), outer4(17), outerUDP(4789), vni, four}, false},
		"GRE in Geneve, 6in": {wrapping{outer4(17), outerUDP(6081), gopacket.Payload{0, 0, 8, 0, 0, 0, 7, 0}, outer4(47), gopacket.Payload{0, 0, 0x86, 0xdd}}, true},
	}
}

// enclosed is a segment in a wrapping, every header with its length filled in.
func enclosed(t testing.TB, wrap wrapping, v6 bool, s seg) []byte {
	t.Helper()
	return wire(t, append(append(wrapping{}, wrap...), s.layers(v6)...)...)
}

// TestTunnels: one segment in every tunnel that is opened; cut anywhere, it is
// counted, and Len stays what it was.
func TestTunnels(t *testing.T) {
	for name, c := range tunnels() {
		t.Run(name, func(t *testing.T) {
			packet := enclosed(t, c.wrap, c.v6, seg{up: true, seq: 1, data: "GET"})
			recs, s := readAll(t, raw(t, packet), Options{})
			require.Len(t, recs, 1, "%+v", s)
			require.Equal(t, "GET", recs[0].payload)
			family, local := uint8(4), [16]byte{10, 0, 0, 2}
			if c.v6 {
				family, local = 6, [16]byte(server6)
			}
			require.Equal(t, family, recs[0].Family)
			require.Equal(t, local, recs[0].Local)
			require.EqualValues(t, 6, recs[0].Transport)
			require.EqualValues(t, serverPort, recs[0].LocalPort)
			head := len(packet) - 3
			for n := range packet {
				recs, s := readAll(t, pcapFile(t, layers.LinkTypeRaw, shot{data: packet[:n], wire: len(packet), time: epoch}), Options{})
				switch {
				case n >= head:
					require.Len(t, recs, 1)
					require.EqualValues(t, 3, recs[0].Len)
					require.Equal(t, "GET"[:n-head], recs[0].payload)
				case len(recs) == 1: // the tunnel's own header was cut: a datagram
					require.EqualValues(t, 17, recs[0].Transport)
				default:
					require.EqualValues(t, 1, s.Skipped[Truncated], "%d: %v", n, s.Skipped)
				}
			}
		})
	}
}

// TestNotTunnels: what looks like a tunnel and is none, or goes too deep.
func TestNotTunnels(t *testing.T) {
	inner := seg{up: true, seq: 1, data: "GET"}
	deep := wrapping{outer4(4), outer4(4), outer4(4)}
	vni := gopacket.Payload{0x08, 0, 0, 0, 0, 0, 7, 0}
	arp := gopacket.Payload("Z is no version of IP, and the rest is no header of anything")
	cases := map[string]struct {
		packet []byte
		why    Reason // Reasons: it is a datagram
	}{
		"three deep":            {enclosed(t, deep, false, inner), OtherTransport},
		"VXLAN two deep":        {enclosed(t, wrapping{outer4(4), outer4(4), outer4(17), outerUDP(4789), vni, ethernet(0x800)}, false, inner), Reasons},
		"VXLAN, no identifier":  {wire(t, outer4(17), outerUDP(4789), gopacket.Payload{0, 0, 0, 0, 0, 0, 7, 0}, arp), Reasons},
		"VXLAN, reserved bits":  {wire(t, outer4(17), outerUDP(4789), gopacket.Payload{8, 1, 0, 0, 0, 0, 7, 0}, arp), Reasons},
		"VXLAN, the other way":  {wire(t, outer4(17), &layers.UDP{SrcPort: 4789, DstPort: 53}, vni, arp), Reasons},
		"VXLAN, ARP":            {wire(t, outer4(17), outerUDP(4789), vni, ethernet(0x806), arp), NotIP},
		"VXLAN, nothing in it":  {wire(t, outer4(17), outerUDP(4789), vni), Malformed},
		"Geneve, control":       {wire(t, outer4(17), outerUDP(6081), gopacket.Payload{0, 0x80, 0x65, 0x58, 0, 0, 7, 0}, arp), Reasons},
		"Geneve, version 1":     {wire(t, outer4(17), outerUDP(6081), gopacket.Payload{0x40, 0, 0x65, 0x58, 0, 0, 7, 0}, arp), Reasons},
		"Geneve, long options":  {wire(t, outer4(17), outerUDP(6081), gopacket.Payload{0x3f, 0, 0x65, 0x58, 0, 0, 7, 0}, arp), Reasons},
		"Geneve, other content": {wire(t, outer4(17), outerUDP(6081), gopacket.Payload{0, 0, 0x88, 0x47, 0, 0, 7, 0}, arp), Reasons},
		"PPTP":                  {wire(t, outer4(47), gopacket.Payload{0x20, 0x01, 0x88, 0x0b, 0, 0, 0, 0}, arp), OtherTransport},
		"GRE, source route":     {wire(t, outer4(47), gopacket.Payload{0x40, 0, 8, 0}, arp), OtherTransport},
		"GRE, ERSPAN":           {wire(t, outer4(47), gopacket.Payload{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1}, arp), NotIP},
		"GRE, no room":          {wire(t, outer4(47), gopacket.Payload{0x20, 0, 8, 0}), Malformed},
		"IPIP, no IP":           {wire(t, outer4(4), arp), NotIP},
		"IPIP, nothing in it":   {wire(t, outer4(4)), Malformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			recs, s := readAll(t, raw(t, c.packet), Options{})
			if c.why == Reasons {
				require.Len(t, recs, 1)
				require.EqualValues(t, 17, recs[0].Transport)
				return
			}
			require.Empty(t, recs)
			require.EqualValues(t, 1, s.Skipped[c.why], "%v", s.Skipped)
		})
	}
}

// TestTunnelFragments: a tunnel's packet too long for the path goes in pieces.
func TestTunnelFragments(t *testing.T) {
	packet := enclosed(t, wrapping{outer4(47), gopacket.Payload{0, 0, 8, 0}}, false, seg{up: true, seq: 1, data: strings.Repeat("x", 90)})
	recs, s := readAll(t, raw(t, shred(packet, 64, 1)...), Options{})
	require.Len(t, recs, 1, "%v", s.Skipped)
	require.Equal(t, strings.Repeat("x", 90), recs[0].payload)
}

// TestTunnelsTshark: tshark finds the same bytes between the same innermost endpoints.
func TestTunnelsTshark(t *testing.T) {
	testkit.Need(t, "tshark")
	for name, c := range tunnels() {
		if name == "VXLAN, old port" {
			continue // tshark takes it for another protocol
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := raw(t, enclosed(t, c.wrap, c.v6, seg{up: true, flags: "A", seq: 1, data: "GET / of a sort"}))
			path := filepath.Join(t.TempDir(), "tunnel.pcap")
			require.NoError(t, os.WriteFile(path, file, 0o600))
			fields := []string{"-r", path, "-T", "fields", "-E", "occurrence=l", "-e", "tcp.dstport", "-e", "tcp.payload"}
			address := "ip.dst"
			if c.v6 {
				address = "ipv6.dst"
			}
			out, err := exec.CommandContext(t.Context(), "tshark", append(fields, "-e", address)...).Output()
			require.NoError(t, err)
			recs, _ := readAll(t, file, Options{})
			require.Len(t, recs, 1)
			local := net.IP(recs[0].Local[:4]).String()
			if c.v6 {
				local = net.IP(recs[0].Local[:]).String()
			}
			require.EqualValues(t, 8080, recs[0].LocalPort)
			require.Equal(t, "8080\t"+hexOf(recs[0].payload)+"\t"+local, strings.TrimSpace(string(out)))
		})
	}
}
