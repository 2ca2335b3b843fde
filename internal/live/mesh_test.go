package live

import (
	"net/netip"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestMesh is a request from pod to pod where each has a sidecar proxy that all traffic
// is redirected to, as Istio's does: out of the client's pod, into the server's. The
// application's hops and the proxies' are told apart, none twice, and the request's id makes them one trace.
func TestMesh(t *testing.T) {
	testkit.Need(t, "iptables")
	in := onHost(t, nil)
	pair := testkit.NewNetNSPair(t)
	app := testkit.StartGoServer(t, testkit.GoServerOptions{Place: pair.Server.Place(), Env: []string{"OTEL_SERVICE_NAME=app"}})
	service := netip.AddrPortFrom(pair.Server.V4, 8080)
	sidecar := func(place testkit.Place, address, upstream, more string) *testkit.Nginx {
		return testkit.StartNginx(t, testkit.NginxOptions{
			Place: place, Address: address, Upstream: upstream,
			Directives: "location = /hello { proxy_pass http://" + upstream + "; proxy_http_version 1.1; " + more + "}",
		})
	}
	// The proxy's own requests are told by their address: they go out.
	const own = "10.99.0.9"
	pair.Client.Run(t, "ip", "addr", "add", own+"/24", "dev", "eth0")
	inbound := sidecar(pair.Server.Place(), pair.Server.V4.String(), app.Addr, "")
	outbound := sidecar(pair.Client.Place(), "127.0.0.1", service.String(), "proxy_bind "+own+"; ")
	redirect := func(n *testkit.NetNS, to string, rule ...string) {
		port := strconv.Itoa(int(netip.MustParseAddrPort(to).Port()))
		args := append([]string{"iptables", "-w", "-t", "nat", "-A"}, rule...)
		args = append(args, "-p", "tcp", "--dport", strconv.Itoa(int(service.Port())), "-j", "REDIRECT", "--to-ports", port)
		if _, err := n.Place().Try(t, args...); err != nil {
			testkit.Without(t, "needs redirection: %v", err)
		}
	}
	redirect(pair.Server, inbound.Addr, "PREROUTING")
	redirect(pair.Client, outbound.Addr, "OUTPUT", "!", "-s", own)

	x := curlIn(t, pair.Client.Place(), "--header", "X-Request-ID: 7f0c2a4e-1b3d-4c5e-8f60-718293a4b5c6",
		"http://"+service.String()+"/hello?mesh")[0]
	require.Equal(t, 200, x.Status)
	ours := func(s testkit.Span) bool {
		return s.Str("url.query") == "mesh" || s.Str("url.full") != "" && s.Str("url.full")[len(s.Str("url.full"))-5:] == "?mesh"
	}
	in.WaitFor(t, patience, func(all testkit.Spans) bool { return len(all.Where(ours)) >= 6 })
	in.shutdown(t)
	all := in.Spans().Where(ours)
	require.Len(t, all, 6, "three hops, two ends each")

	// From the application's span up to curl's, every second one a client's.
	at := all.Kind("Server").Where(func(s testkit.Span) bool { return s.Service == "app" }).One(t)
	services, evidence := []string{}, []string{}
	for {
		services, evidence = append(services, at.Service), append(evidence, at.Str("beyla.parent.evidence"))
		assert.Equal(t, all[0].TraceID, at.TraceID)
		up, found := all.Find(func(s testkit.Span) bool { return s.SpanID == at.Parent })
		if !found {
			break
		}
		at = up
	}
	assert.Equal(t, []string{"app", "nginx", "nginx", "nginx", "nginx", "curl"}, services)
	assert.Equal(t, []string{"flow", "request_id", "flow", "request_id", "flow", ""}, evidence)
	assert.Equal(t, service.String(), at.Str("network.peer.address")+":"+strconv.FormatInt(at.Int("network.peer.port"), 10),
		"curl is said to have asked the service, whoever answered")
}
