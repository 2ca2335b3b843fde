package topology

import (
	"net"
	"net/netip"
	"strconv"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// network is a Network that was built; pair is set for Translated.
type network struct {
	kind    Network
	pair    testkit.NetNSPair
	virtual map[string]string // by the service's own address
}

func newNetwork(t testing.TB, kind Network) network {
	t.Helper()
	n := network{kind: kind, virtual: make(map[string]string)}
	if kind == Translated {
		n.pair = testkit.NewNetNSPair(t)
	}
	return n
}

// host is the address to listen on.
func (n network) host(far bool) string {
	switch {
	case n.kind == LoopbackV6:
		return "::1"
	case n.kind == Translated && far:
		return n.pair.Server.V4.String()
	case n.kind == Translated:
		return n.pair.Client.V4.String()
	default:
		return "127.0.0.1"
	}
}

func (n network) namespace(far bool) *testkit.NetNS {
	switch {
	case n.kind != Translated:
		return nil
	case far:
		return n.pair.Server
	default:
		return n.pair.Client
	}
}

// translate is the virtual address of a service on the far side. Connections to it from
// the near side have both their addresses rewritten, and the client's port.
func (n network) translate(t testing.TB, to Run) string {
	t.Helper()
	if known, ok := n.virtual[to.Addr]; ok {
		return known
	}
	address := netip.AddrFrom4([4]byte{10, 96, 0, byte(10 + len(n.virtual))})
	const port = 8080 // not the service's own
	n.pair.Client.DNAT(t, netip.AddrPortFrom(address, port), netip.MustParseAddrPort(to.Addr))
	n.pair.Client.Masquerade(t, address, netip.AddrFrom4([4]byte{10, 98, 0, 7}))
	n.virtual[to.Addr] = net.JoinHostPort(address.String(), strconv.Itoa(port))
	return n.virtual[to.Addr]
}
