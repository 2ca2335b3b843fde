package live

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func TestIPv6(t *testing.T) {
	in := start(t, nil)
	n := testkit.StartNginx(t, testkit.NginxOptions{Address: "::1"})
	x := curl(t, n.URL+"/six")[0]
	require.Equal(t, 200, x.Status)
	server, client := in.pair(t, n.Addr, x)
	for _, s := range []testkit.Span{server, client} {
		assert.Equal(t, "::1", s.Str("network.peer.address"))
		assert.Equal(t, "::1", s.Str("server.address"))
	}
	assert.Equal(t, "::1", server.Str("client.address"))
	assert.Equal(t, n.URL+"/six", client.Str("url.full"))
	in.finish(t, n.Addr, 2)
}

// TestTwoNamespaces: what passes between two other network namespaces is seen at both ends.
func TestTwoNamespaces(t *testing.T) {
	in := onHost(t, nil)
	pair := testkit.NewNetNSPair(t)
	for _, family := range []struct{ server, client netip.Addr }{
		{pair.Server.V4, pair.Client.V4}, {pair.Server.V6, pair.Client.V6},
	} {
		t.Run(family.server.String(), func(t *testing.T) {
			n := testkit.StartNginx(t, testkit.NginxOptions{Place: pair.Server.Place(), Address: family.server.String()})
			x := curlIn(t, pair.Client.Place(), n.URL+"/")[0]
			require.Equal(t, 200, x.Status)
			server, client := in.pair(t, n.Addr, x)
			assert.Equal(t, family.client.String(), server.Str("network.peer.address"))
			assert.Equal(t, family.client.String(), server.Str("client.address"))
			assert.Equal(t, family.server.String(), client.Str("network.peer.address"))
			assert.EqualValues(t, worker(t, n), server.Resource["process.pid"])
			assert.EqualValues(t, x.PID, client.Resource["process.pid"])
		})
	}
}

// TestTranslatedAddress: a client that connects to a virtual address is said to
// have connected to it, whatever its packets were rewritten to.
func TestTranslatedAddress(t *testing.T) {
	in := onHost(t, nil)
	pair := testkit.NewNetNSPair(t)
	n := testkit.StartNginx(t, testkit.NginxOptions{Place: pair.Server.Place(), Address: pair.Server.V4.String()})
	virtual := netip.MustParseAddrPort("10.96.0.10:80")
	pair.Client.DNAT(t, virtual, netip.MustParseAddrPort(n.Addr))

	x := curlIn(t, pair.Client.Place(), "--header", "Host: shop.example", "http://"+virtual.String()+"/")[0]
	require.Equal(t, 200, x.Status)
	ours := func(s testkit.Span) bool { return s.Str("server.address") == "shop.example" }
	all := in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(ours)) >= 2 }).Where(ours)
	in.kept(t, all)
	client, server := all.Kind("Client").One(t), all.Kind("Server").One(t)
	assert.Equal(t, virtual.Addr().String(), client.Str("network.peer.address"))
	assert.EqualValues(t, virtual.Port(), client.Int("network.peer.port"))
	assert.EqualValues(t, x.PID, client.Resource["process.pid"])
	assert.Equal(t, pair.Client.V4.String(), server.Str("network.peer.address"))
	assert.Equal(t, int64(netip.MustParseAddrPort(n.Addr).Port()), server.Int("server.port"), "the socket's own")
	assert.EqualValues(t, worker(t, n), server.Resource["process.pid"])
}
