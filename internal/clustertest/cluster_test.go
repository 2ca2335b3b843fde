package clustertest

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// port is that of every service; each has an address of its own.
const port = "8080"

// cluster is three nodes with a chain of services over them, two gateways, and a place outside.
//
//	outside -> a (node 1) -> b (node 2) -> nginx -> two processes of c (node 3)
//
// a, b and c have the OpenTelemetry SDK, so requests carry a context; nginx passes it on as it is, and
// answers 503 by itself when the number of the request ends in 7.
type cluster struct {
	*network
	exe      string
	outside  testkit.Place
	nodes    []testkit.Place
	agents   []*collector
	gateways []*collector
	services []service
	entry    string // a's address
	// before is what was counted before there was anything to count.
	before results
}

// service is a process of one.
type service struct {
	*testkit.Process
	name, listen string
	node         int
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	testkit.Root(t)
	testkit.Need(t, "ip", "nsenter", "unshare", "nginx", "curl")
	c := &cluster{exe: program(t), network: newNetwork(t)}
	outside, _ := c.join(t, "outside")
	c.outside = outside.Place()
	addresses := make([]string, 0, 3)
	for i, name := range []string{"a", "b", "nginx"} {
		ns, own := c.join(t, name)
		place := testkit.NewCgroup(t, fmt.Sprintf("clustertest-%s/node-%d", ns.Name, i+1)).Place()
		place.NetNS = ns
		c.nodes, addresses = append(c.nodes, place), append(addresses, own[0])
	}
	c.startGateways(t)
	for i := range c.nodes {
		c.agents = append(c.agents, c.startAgent(t, i))
	}
	for _, one := range append(c.gateways, c.agents...) {
		one.ready(t)
	}
	c.start(t, "c", 2, "127.0.0.1:8081", "")
	c.start(t, "c", 2, "127.0.0.1:8082", "")
	proxy := testkit.StartNginx(t, testkit.NginxOptions{
		Place: c.nodes[2], Address: addresses[2], Port: 8080,
		Upstream: "127.0.0.1:8081; server 127.0.0.1:8082", // both, in turns
		Directives: `
location /w/ { proxy_pass http://kit; proxy_http_version 1.1; proxy_set_header Connection ""; }
location ~ ^/w/[0-9]*7\. { return 503; }`,
	})
	c.services = append(c.services, service{proxy.Process, "nginx", proxy.Addr, 2})
	c.entry = addresses[0] + ":" + port
	c.start(t, "b", 1, addresses[1]+":"+port, "nginx:"+port)
	c.start(t, "a", 0, c.entry, "b:"+port)
	c.warm(t)
	return c
}

// start starts testdata/apps/topology/gosdk on a node.
func (c *cluster) start(t *testing.T, name string, node int, listen, next string) {
	t.Helper()
	p := testkit.Start(t, testkit.Spec{
		Args:  append(c.resolving(), testkit.ModuleApp(t, "topology/gosdk", "")),
		Place: c.nodes[node], TCP: netip.MustParseAddrPort(listen).Port(),
		Env: []string{"OTEL_SERVICE_NAME=" + name, "TOPOLOGY_NAME=" + name, "TOPOLOGY_LISTEN=" + listen, "TOPOLOGY_NEXT=" + next},
	})
	c.services = append(c.services, service{p, name, listen, node})
}

// What an agent has on top of the example: a folder to read, and a receiver for what the node's SDKs export.
const agentOnTop = `
receivers:
  beyla: {capture: {cgroup_path: %s}}
  otlp: {protocols: {http: {endpoint: "127.0.0.1:4318"}}}
service:
  pipelines:
    traces: {receivers: [beyla, otlp]}
`

// startAgent starts examples/gateway/agent.yaml on a node, in the node's network namespace.
func (c *cluster) startAgent(t *testing.T, node int) *collector {
	t.Helper()
	place := c.nodes[node]
	onTop := fmt.Sprintf(agentOnTop, place.Cgroup.Path)
	return startCollector(t, c.exe, "gateway/agent.yaml", onTop, testkit.Place{NetNS: place.NetNS}, []string{"GATEWAY_HOST=gateway"}, c.resolving())
}

// Shorter intervals than those of the examples, and files in place of backends; all.json has what
// comes in, kept.json what tail sampling leaves.
const gatewayOnTop = `
processors:
  tail_sampling: {decision_wait: 4s}
connectors:
  span_metrics: {metrics_flush_interval: 500ms}
  service_graph: {metrics_flush_interval: 500ms, store: {ttl: 3s}}
exporters:
  file/all: {path: all.json, flush_interval: 100ms}
  file/kept: {path: kept.json, flush_interval: 100ms}
  file/metrics: {path: metrics.json, flush_interval: 100ms}
service:
  pipelines:
    traces: {exporters: [forward, file/all]}
    traces/kept: {exporters: [file/kept]}
    metrics: {exporters: [file/metrics]}
`

// startGateways starts examples/gateway/gateway.yaml twice, at two addresses of one name. They keep
// traces with errors, and no others.
func (c *cluster) startGateways(t *testing.T) {
	t.Helper()
	ns, addresses := c.join(t, "gateway", "gateway")
	for i, addr := range addresses {
		c.gateways = append(c.gateways, startCollector(t, c.exe, "gateway/gateway.yaml", gatewayOnTop, ns.Place(), []string{
			"POD_IP=" + addr, fmt.Sprintf("POD_NAME=gateway-%d", i), "KEEP_PERCENT=0", "SLOW_MS=600000", "OTLP_ENDPOINT=nowhere:4317",
		}, nil))
	}
}

// load sends requests from outside, each with a context, and gives what each carried.
func (c *cluster) load(t *testing.T, requests int) carried {
	t.Helper()
	p := testkit.Start(t, testkit.Spec{Place: c.outside, Args: []string{
		testkit.App(t, "topology/load"), "-addr", c.entry, "-header", "traceparent",
		"-concurrency", "4", "-requests", fmt.Sprint(requests),
	}})
	require.Error(t, p.Wait(t, patience), "some of the answers are 502")
	require.Equal(t, requests, strings.Count(p.Output(), "sent /w/"), "requests that were answered: %s", p.Output())
	all := carried{}
	all.read(p.Output())
	for _, s := range c.services {
		all.read(s.Output())
	}
	return all
}

// carried is, by path, the id of the span whose context the request of this path carried.
type carried map[string]string

func (c carried) read(output string) {
	for line := range strings.Lines(output) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "remote" {
			c[f[2]] = f[1]
		}
	}
}

func (c *cluster) file(i int, name string) string { return filepath.Join(c.gateways[i].dir, name) }
