//go:build linux && (amd64 || arm64)

package acceptance

import (
	"testing"

	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/pipeline"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func get(path, agent string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: " + agent + "\r\n\r\n"
}

const export = "POST /v1/traces HTTP/1.1\r\nHost: collector.test\r\nContent-Type: application/x-protobuf\r\n" +
	"Content-Length: 3\r\n\r\n\x01\x02\x03"

// keepAlive is what a user does, between a probe and an export, on one connection.
func keepAlive(port layers.TCPPort) conversation {
	return conversation{port, []string{
		get("/healthz", "kube-probe/1.33"), answer, get("/cart", "curl/8.0"), answer, export, answer,
	}}
}

func ports(from, to uint16) []selection.Rule {
	return []selection.Rule{{Ports: []selection.PortRange{{From: from, To: to}}}}
}

// What became of every message, by reason, under each filter and each cap. The
// equations themselves are held by run.
func TestLedger(t *testing.T) {
	made := record(t, keepAlive(80), keepAlive(8080))
	loopback := testkit.Capture(t, "loopback.pcap") // HTTP on 8080, 8081, 8081; DNS on 53
	for name, tc := range map[string]struct {
		capture string
		change  func(*pipeline.Config)
		ended   map[string]uint64
		spans   int
	}{
		"no filter": {
			capture: made, change: func(*pipeline.Config) {},
			ended: map[string]uint64{"used": 12}, spans: 12,
		},
		"OTLP exports dropped": {
			capture: made, change: func(c *pipeline.Config) { c.DropOTLP = true },
			ended: map[string]uint64{"used": 8, "otlp_export": 4}, spans: 8,
		},
		"health probes dropped": {
			capture: made, change: func(c *pipeline.Config) { c.DropHealthProbes = true },
			ended: map[string]uint64{"used": 8, "health_probe": 4}, spans: 8,
		},
		"both dropped, and a port excluded": {
			capture: made, change: func(c *pipeline.Config) {
				c.DropOTLP, c.DropHealthProbes, c.Exclude = true, true, ports(8080, 8080)
			},
			ended: map[string]uint64{"used": 2, "otlp_export": 2, "health_probe": 2, "unselected": 6}, spans: 2,
		},
		"server spans only": {
			capture: made, change: func(c *pipeline.Config) { c.Sides = pipeline.ServerSide },
			ended: map[string]uint64{"used": 12}, spans: 6,
		},
		"client spans only": {
			capture: made, change: func(c *pipeline.Config) { c.Sides = pipeline.ClientSide },
			ended: map[string]uint64{"used": 12}, spans: 6,
		},
		"a port excluded": {
			capture: loopback, change: func(c *pipeline.Config) { c.Exclude = ports(8081, 8081) },
			ended: map[string]uint64{"used": 4, "unselected": 4}, spans: 4,
		},
		"a range of ports included": {
			capture: loopback, change: func(c *pipeline.Config) { c.Include = ports(1, 1023) },
			ended: map[string]uint64{"used": 2, "unselected": 6}, spans: 2,
		},
		"a process included that a capture does not know": {
			capture: loopback, change: func(c *pipeline.Config) { c.Include = []selection.Rule{{Executable: "/usr/bin/*"}} },
			ended: map[string]uint64{"unselected": 8},
		},
		"DNS off": {
			capture: loopback, change: func(c *pipeline.Config) { c.Off = map[string]bool{"dns": true} },
			ended: map[string]uint64{"used": 6, "protocol_off": 2}, spans: 6,
		},
		"HTTP off": {
			capture: loopback, change: func(c *pipeline.Config) { c.Off = map[string]bool{"http": true} },
			ended: map[string]uint64{"used": 2, "protocol_off": 6}, spans: 2,
		},
		"nobody's protocol": {
			capture: record(t, conversation{6379, []string{"*1\r\n$4\r\nPING\r\n", "+PONG\r\n", "*1\r\n$4\r\nPING\r\n", "+PONG\r\n"}}),
			change:  func(*pipeline.Config) {},
			ended:   map[string]uint64{"unknown_protocol": 4},
		},
		"a response to nothing": {
			capture: record(t, conversation{80, []string{"", answer, get("/cart", "curl/8.0"), answer}}),
			change:  func(*pipeline.Config) {},
			ended:   map[string]uint64{"no_request": 1, "used": 2}, spans: 2,
		},
		"a capture that ends before the answer": {
			capture: testkit.Capture(t, "dns-timeout.pcap"), change: func(*pipeline.Config) {},
			ended: map[string]uint64{"no_response": 2},
		},
		"after an upgrade": {
			capture: testkit.Capture(t, "go-websocket.pcap"), change: func(*pipeline.Config) {},
			ended: map[string]uint64{"used": 10}, spans: 2, // what follows is of the same exchange
		},
		"more in flight than allowed": {
			capture: testkit.Capture(t, "go-parallel.pcap"), change: func(c *pipeline.Config) { c.MaxInflight = 2 },
			ended: map[string]uint64{"used": 12, "inflight_full": 12}, spans: 12, // what was refused counts until it is over
		},
		"more flows than allowed": {
			capture: testkit.Capture(t, "go-parallel.pcap"), change: func(c *pipeline.Config) { c.Flow.MaxFlows = 3 },
			// One connection's first request; its response finds room, and the rest of the connection is whole.
			ended: map[string]uint64{"used": 22, "flow_table_full": 1, "no_request": 1}, spans: 22,
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := defaults(tc.capture)
			tc.change(&cfg)
			a := run(t, cfg)
			assert.Equal(t, tc.ended, a.reasons())
			assert.Equal(t, tc.spans, a.spans)
		})
	}
}
