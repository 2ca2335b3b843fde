//go:build linux && (amd64 || arm64)

package iface_test

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/replay"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func each(t *testing.T, test func(t *testing.T, way iface.Way)) {
	t.Helper()
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) { test(t, way) })
	}
}

// plug joins a namespace to another with a veth pair: eth0 inside, device outside.
func plug(t testing.TB, inside, outside *testkit.NetNS, device, address string) {
	t.Helper()
	var here testkit.Place
	here.Run(t, "ip", "-n", inside.Name, "link", "add", "eth0", "type", "veth", "peer", "name", device, "netns", outside.Name)
	here.Run(t, "ip", "-n", inside.Name, "addr", "add", address, "dev", "eth0")
	here.Run(t, "ip", "-n", inside.Name, "link", "set", "eth0", "up")
	here.Run(t, "ip", "-n", outside.Name, "link", "set", device, "up")
	inside.V4 = netip.MustParsePrefix(address).Addr()
}

// bridged is a node without a socket of its own, and two namespaces on its bridge.
func bridged(t testing.TB) (node, client, server *testkit.NetNS) {
	t.Helper()
	node, client, server = testkit.NewNetNS(t), testkit.NewNetNS(t), testkit.NewNetNS(t)
	node.Run(t, "ip", "link", "add", "br0", "type", "bridge")
	node.Run(t, "ip", "link", "set", "br0", "up")
	plug(t, client, node, "port1", "10.98.0.1/24")
	plug(t, server, node, "port2", "10.98.0.2/24")
	node.Run(t, "ip", "link", "set", "port1", "master", "br0")
	node.Run(t, "ip", "link", "set", "port2", "master", "br0")
	return node, client, server
}

// TestForwarded: what only passes through a bridge is seen, and once, though it
// passes two ports.
func TestForwarded(t *testing.T) {
	each(t, func(t *testing.T, way iface.Way) {
		node, client, server := bridged(t)
		node.Run(t, "ip", "addr", "add", "10.98.0.9/24", "dev", "br0")
		daemon(t, server, "serve :80")
		daemon(t, server, "echo :53")
		o := options(way)
		o.Local = []string{client.V4.String(), server.V4.String(), "10.98.0.9"}
		w := watch(t, node, o)
		w.reads("br0", "port1", "port2")
		run(t, client, fmt.Sprintf("get http://%s:80 4 20", server.V4))
		run(t, client, fmt.Sprintf("ask %s:53 5", server.V4))
		got := w.results()
		all := say(t, got.Records)
		require.Equal(t, 2, flows(all))
		require.Equal(t, 4, heads(all, "GET /"))
		require.Equal(t, 4, heads(all, "HTTP/1.1 200"))
		require.Equal(t, 10, heads(all, "who is there"))
		require.Equal(t, []bool{false, false, true}, got.Local)
		if way == iface.WayPacket {
			require.NotEmpty(t, got.Stats.Packets)
			return
		}
		require.EqualValues(t, 10+8, got.Stats.Skipped[replay.Duplicate], "seen again at the other port: %+v", got.Stats)
		for _, r := range all {
			require.EqualValues(t, server.V4, r.Local.Addr(), "records speak for the server")
			require.Zero(t, r.Flags&uint16(event.GapBefore))
		}
	})
}

// TestLoopback: each packet goes out and comes in, and is one.
func TestLoopback(t *testing.T) {
	each(t, func(t *testing.T, way iface.Way) {
		n := testkit.NewNetNS(t)
		daemon(t, n, "serve :80")
		daemon(t, n, "echo :53")
		o := options(way)
		o.Loopback = true
		w := watch(t, n, o)
		w.reads("lo")
		run(t, n, "get http://127.0.0.1:80 2 20")
		run(t, n, "ask 127.0.0.1:53 3")
		all := say(t, w.results().Records)
		require.Equal(t, 2, heads(all, "GET /"))
		require.Equal(t, 2, heads(all, "HTTP/1.1 200"))
		require.Equal(t, 6, heads(all, "who is there"))
	})
}

// TestVXLAN: what two hosts send through a tunnel is seen at the link that carries
// it as if there were none, and once, though it also passes the tunnel's own interface.
func TestVXLAN(t *testing.T) {
	each(t, func(t *testing.T, way iface.Way) {
		p := testkit.NewNetNSPair(t)
		for i, n := range []*testkit.NetNS{p.Client, p.Server} {
			remote := []*testkit.NetNS{p.Server, p.Client}[i].V4.String()
			if _, err := n.Place().Try(t, "ip", "link", "add", "name", "t0", "type", "vxlan", "id", "7", "remote", remote, "dstport", "4789", "dev", "eth0"); err != nil {
				testkit.Without(t, "needs VXLAN: %v", err)
			}
			n.Run(t, "ip", "addr", "add", fmt.Sprintf("10.97.0.%d/24", i+1), "dev", "t0")
			n.Run(t, "ip", "link", "set", "t0", "up")
		}
		daemon(t, p.Server, "serve 10.97.0.2:80")
		one, all := watch(t, p.Server, options(way, "eth*")), watch(t, p.Server, options(way))
		one.reads("eth0")
		all.reads("eth0", "t0")
		run(t, p.Client, "get http://10.97.0.2:80 2 3000")
		records := say(t, one.results().Records)
		require.Equal(t, 2, heads(records, "GET /"))
		for _, r := range records {
			require.Equal(t, "10.97.0.2:80", r.Local.String())
			require.Equal(t, "10.97.0.1", r.Remote.Addr().String())
		}
		both := say(t, all.results().Records)
		require.Equal(t, 2, heads(both, "GET /"))
		require.Equal(t, 1, flows(both))
	})
}

// TestWrapped: frames as they come from a link, with tags and tunnels of every kind.
func TestWrapped(t *testing.T) {
	four := layers.EthernetTypeIPv4
	ether := func(next layers.EthernetType) gopacket.Payload {
		return gopacket.Payload{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, byte(next >> 8), byte(next)}
	}
	tag := func(next layers.EthernetType) gopacket.SerializableLayer {
		return &layers.Dot1Q{VLANIdentifier: 5, Type: next}
	}
	outer := func(protocol layers.IPProtocol) gopacket.SerializableLayer {
		return &layers.IPv4{Version: 4, TTL: 9, Protocol: protocol, SrcIP: net.IP{192, 0, 2, 1}, DstIP: net.IP{192, 0, 2, 2}}
	}
	udp := func(port layers.UDPPort) gopacket.SerializableLayer {
		return &layers.UDP{SrcPort: 54321, DstPort: port}
	}
	type wrapping = []gopacket.SerializableLayer
	wrappings := []wrapping{
		{ether(four)},
		{ether(layers.EthernetTypeDot1Q), tag(four)},
		{ether(layers.EthernetTypeQinQ), tag(layers.EthernetTypeDot1Q), tag(four)},
		{ether(layers.EthernetTypeMPLSUnicast), &layers.MPLS{Label: 16, StackBottom: true, TTL: 3}},
		{ether(four), outer(17), udp(4789), gopacket.Payload{8, 0, 0, 0, 0, 0, 7, 0}, ether(four)},
		{ether(four), outer(17), udp(6081), gopacket.Payload{0, 0, 0x65, 0x58, 0, 0, 7, 0}, ether(four)},
		{ether(four), outer(47), gopacket.Payload{0, 0, 8, 0}},
		{ether(four), outer(4)},
		{ether(layers.EthernetTypeDot1Q), tag(four), outer(4), outer(47), gopacket.Payload{0, 0, 8, 0}},
	}
	var frames []string
	for i, w := range wrappings {
		inner := wrapping{
			&layers.IPv4{Version: 4, TTL: 9, Protocol: 6, SrcIP: net.IP{10, 9, 0, 1}, DstIP: net.IP{10, 9, 0, 2}},
			&layers.TCP{SrcPort: layers.TCPPort(1000 + i), DstPort: 80, Seq: 1, Ack: 1, ACK: true, Window: 9},
			gopacket.Payload(fmt.Sprintf("GET /%d", i)),
		}
		b := gopacket.NewSerializeBuffer()
		require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, append(w, inner...)...))
		frames = append(frames, hex.EncodeToString(b.Bytes()))
	}
	each(t, func(t *testing.T, way iface.Way) {
		p := testkit.NewNetNSPair(t)
		in, out := watch(t, p.Server, options(way)), watch(t, p.Client, options(way))
		run(t, p.Client, "inject eth0 "+strings.Join(frames, " "))
		for _, w := range []*watching{in, out} {
			all := say(t, w.results().Records)
			require.Len(t, all, len(frames))
			for i, r := range all {
				require.Equal(t, fmt.Sprintf("GET /%d", i), r.Payload)
				require.Equal(t, "10.9.0.2:80", r.Local.String())
				require.EqualValues(t, 1000+i, r.Remote.Port())
			}
		}
	})
}

// TestWithoutEthernet: an interface whose packets begin with their IP header.
func TestWithoutEthernet(t *testing.T) {
	each(t, func(t *testing.T, way iface.Way) {
		n := testkit.NewNetNS(t)
		if _, err := n.Place().Try(t, "ip", "tuntap", "add", "mode", "tun", "name", "tun0"); err != nil {
			testkit.Without(t, "needs tun devices: %v", err)
		}
		n.Run(t, "ip", "addr", "add", "10.97.0.1/24", "dev", "tun0")
		tun := daemon(t, n, "tun tun0") // without a reader the link has no carrier
		n.Run(t, "ip", "link", "set", "tun0", "up")
		w := watch(t, n, options(way))
		w.reads("tun0")
		run(t, n, "tell 10.97.0.2:53")
		all := say(t, w.results().Records)
		tun.end()
		require.Len(t, all, 1)
		require.Equal(t, "10.97.0.2:53", all[0].Local.String())
		require.Equal(t, "who is there", all[0].Payload)
	})
}

// TestComeAndGo: interfaces that appear, go down, are renamed and vanish.
func TestComeAndGo(t *testing.T) {
	each(t, func(t *testing.T, way iface.Way) {
		node := testkit.NewNetNS(t)
		w := watch(t, node, options(way))
		w.reads()
		pod := testkit.NewNetNS(t)
		plug(t, pod, node, "late", "10.98.0.1/24")
		node.Run(t, "ip", "addr", "add", "10.98.0.2/24", "dev", "late")
		w.reads("late")
		daemon(t, node, "serve :80")
		run(t, pod, "get http://10.98.0.2:80 1 20")
		node.Run(t, "ip", "link", "set", "late", "down")
		w.reads()
		node.Run(t, "ip", "link", "set", "late", "name", "later")
		node.Run(t, "ip", "link", "set", "later", "up")
		w.reads("later")
		run(t, pod, "get http://10.98.0.2:80 1 20")
		node.Run(t, "ip", "link", "delete", "later")
		w.reads()
		plug(t, pod, node, "last", "10.98.0.1/24")
		w.reads("last")
		got := w.results()
		require.Equal(t, 2, heads(say(t, got.Records), "GET /"))
	})
}

// TestIgnore: a connection that is ignored gives nothing more, and the programs do
// not copy it; the next one is another.
func TestIgnore(t *testing.T) {
	each(t, func(t *testing.T, way iface.Way) {
		p := testkit.NewNetNSPair(t)
		daemon(t, p.Server, "serve :80")
		o := options(way)
		o.IgnoreFirst = true
		w := watch(t, p.Server, o)
		// The second and later requests come long after the first was told to be ignored.
		run(t, p.Client, fmt.Sprintf("get http://%s:80 500 20", p.Server.V4))
		run(t, p.Client, fmt.Sprintf("get http://%s:80 3 20", p.Server.V4))
		got := w.results()
		all := say(t, got.Records)
		require.Equal(t, 1+3, heads(all, "GET /"))
		if way == iface.WayPacket {
			require.Greater(t, got.Stats.Skipped[replay.Ignored], uint64(900))
		} else {
			require.Greater(t, got.Counters.Ignored, uint64(500))
		}
	})
}
