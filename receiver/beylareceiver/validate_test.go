package beylareceiver

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
)

func TestValidateNamesTheKey(t *testing.T) {
	pcap := func(path string, p Perspective) configoptional.Optional[PcapConfig] {
		return configoptional.Some(PcapConfig{Path: path, Perspective: p})
	}
	rule := func(r Rule) func(*Config) { return func(c *Config) { c.Include = []Rule{{Ports: []string{"80"}}, r} } }
	ratio := func(v float64) func(*Config) {
		return func(c *Config) { c.Traces.Sampling = configoptional.Some(SamplingConfig{Ratio: v}) }
	}
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Capture.Source = "wire" }, `capture.source: must be socket or interface or socket_and_interface or pcap, not "wire"`},
		{func(c *Config) { c.Capture.Source, c.DropCapabilities = "interface", true },
			`drop_capabilities: is for capture.source: socket`},
		{func(c *Config) { c.Capture.Interface.Way = "tc" },
			`capture.interface.way: must be auto or tcx or clsact or af_packet, not "tc"`},
		{func(c *Config) { c.Capture.Interface.Perspective = "" },
			`capture.interface.perspective: must be server or client or both, not ""`},
		{func(c *Config) { c.Capture.Source, c.Capture.Interface.Names = "interface", []string{"eth0", "veth["} },
			`capture.interface.names[1]: "veth[" is no name or pattern of interfaces`},
		{func(c *Config) { c.Capture.Interface.Loopback = true },
			`capture.interface: is for capture.source: interface or socket_and_interface`},
		{func(c *Config) { c.Capture.Source = "pcap" },
			`capture.pcap.path: must name a capture file when capture.source is pcap`},
		{func(c *Config) { c.Capture.Pcap = pcap("", "server") }, `capture.pcap.path: must name a capture file`},
		{func(c *Config) { c.Capture.Pcap = pcap("x", "all") },
			`capture.pcap.perspective: must be server or client or both, not "all"`},
		{func(c *Config) { c.Capture.CgroupPath = "user.slice" },
			`capture.cgroup_path: must be an absolute path, not "user.slice"`},
		{func(c *Config) { c.Capture.WindowKiB = 0 }, `capture.window_kib: must be from 1 to 16, not 0`},
		{func(c *Config) { c.Capture.WindowKiB = 17 }, `capture.window_kib: must be from 1 to 16, not 17`},
		{func(c *Config) { c.Capture.RingBufferMiB = 12 },
			`capture.ring_buffer_mib: must be a power of two from 1 to 1024, not 12`},
		{func(c *Config) { c.Capture.RingBufferMiB = 0 },
			`capture.ring_buffer_mib: must be a power of two from 1 to 1024, not 0`},
		{func(c *Config) { c.Capture.RingBufferMiB = 2048 },
			`capture.ring_buffer_mib: must be a power of two from 1 to 1024, not 2048`},
		{func(c *Config) { c.Capture.OwnerHooks = "fentry" }, `capture.owner_hooks: must be auto or tp_btf or fexit or kprobe or none, not "fentry"`},
		{func(c *Config) { c.Capture.DrainInterval = 0 }, `capture.drain_interval: must be from 1ms to 1s, not 0s`},
		{func(c *Config) { c.Capture.DrainInterval = time.Minute }, `capture.drain_interval: must be from 1ms to 1s, not 1m0s`},
		{func(c *Config) { c.HTTP.RequestHeaders = []string{"x-a", "Authorization"} },
			`http.request_headers[1]: Authorization carries secrets; set http.allow_sensitive_headers to capture it all the same`},
		{func(c *Config) { c.HTTP.ResponseHeaders = []string{"set-cookie"} },
			`http.response_headers[0]: set-cookie carries secrets; set http.allow_sensitive_headers to capture it all the same`},
		{func(c *Config) { c.HTTP.RequestHeaders = []string{"x a"} }, `http.request_headers[0]: "x a" is not the name of a header`},
		{func(c *Config) { c.HTTP.ResponseHeaders = []string{""} }, `http.response_headers[0]: "" is not the name of a header`},
		{func(c *Config) { c.HTTP.ResponseHeaders = []string{"X-A", "x-a"} }, `http.response_headers[1]: "x-a" is listed twice`},
		{func(c *Config) { c.HTTP.Routes = []string{"/a", "users/{id}"} },
			`http.routes[1]: "users/{id}": a route begins with a slash, has no query, closes its braces, and a * only at its end`},
		{func(c *Config) { c.HTTP.RedactQuery = []string{""} }, `http.redact_query[0]: "" is not the name of a query parameter`},
		{rule(Rule{}),
			`include[1]: must give at least one of ports, executable, service, cgroup, container_id, namespace`},
		{rule(Rule{Ports: []string{"0"}}),
			`include[1].ports[0]: must be a port (1 to 65535) or a range such as 8000-9000, not "0"`},
		{rule(Rule{Ports: []string{"80", "65536"}}),
			`include[1].ports[1]: must be a port (1 to 65535) or a range such as 8000-9000, not "65536"`},
		{rule(Rule{Ports: []string{"http"}}),
			`include[1].ports[0]: must be a port (1 to 65535) or a range such as 8000-9000, not "http"`},
		{rule(Rule{Ports: []string{"9-8"}}), `include[1].ports[0]: range "9-8" ends before it begins`},
		{rule(Rule{Executable: "[a"}), `include[1].executable: "[a" is not a glob: syntax error in pattern`},
		{rule(Rule{Service: "[]"}), `include[1].service: "[]" is not a glob: syntax error in pattern`},
		{rule(Rule{Cgroup: `\`}), `include[1].cgroup: "\\" is not a glob: syntax error in pattern`},
		{rule(Rule{ContainerID: "web"}),
			`include[1].container_id: must be 12 to 64 lower-case hexadecimal digits, not "web"`},
		{rule(Rule{Namespace: "net"}),
			`include[1].namespace: must be "host" or the inode number of a network namespace, not "net"`},
		{rule(Rule{Namespace: "0"}),
			`include[1].namespace: must be "host" or the inode number of a network namespace, not "0"`},
		{func(c *Config) { c.Exclude = []Rule{{}} },
			`exclude[0]: must give at least one of ports, executable, service, cgroup, container_id, namespace`},
		{func(c *Config) { c.Correlation.Formats = []string{"b3", "W3C"} },
			`correlation.formats[1]: "W3C" is none of tracecontext, b3, b3multi, jaeger, datadog, sw8, xray`},
		{func(c *Config) { c.Correlation.Formats = []string{"b3", "b3"} }, `correlation.formats[1]: "b3" is listed twice`},
		{func(c *Config) { c.Correlation.RequestIDHeaders = []string{"x id"} },
			`correlation.request_id_headers[0]: "x id" is not the name of a header`},
		{func(c *Config) { c.Correlation.RequestIDHeaders = []string{"X-Id", "x-id"} },
			`correlation.request_id_headers[1]: "x-id" is listed twice`},
		{func(c *Config) { c.Correlation.RequestIDHeaders = strings.Split("abcdefghijklmnopq", "") },
			`correlation.request_id_headers: 17 are more than 16`},
		{func(c *Config) { c.Correlation.MaxAge = 0 }, `correlation.max_age: must be from 1s to 24h0m0s, not 0s`},
		{func(c *Config) { c.Correlation.MaxAge = 25 * time.Hour }, `correlation.max_age: must be from 1s to 24h0m0s, not 25h0m0s`},
		{func(c *Config) { c.Correlation.MaxSpans = 0 }, `correlation.max_spans: must be from 1 to 1000000, not 0`},
		{func(c *Config) { c.Correlation.MaxSpans = 2_000_000 }, `correlation.max_spans: must be from 1 to 1000000, not 2000000`},
		{func(c *Config) { c.Limits.Flows = 0 }, `limits.flows: must be from 1 to 10000000, not 0`},
		{func(c *Config) { c.Limits.InflightExchanges = -1 }, `limits.inflight_exchanges: must be from 1 to 10000000, not -1`},
		{func(c *Config) { c.Limits.ReassemblyMiB = 5000 }, `limits.reassembly_mib: must be from 1 to 4096, not 5000`},
		{func(c *Config) { c.Limits.Processes = 0 }, `limits.processes: must be from 1 to 1000000, not 0`},
		{func(c *Config) { c.Opaque = "on" }, `opaque: must be off or connection or turn, not "on"`},
		{
			func(c *Config) { c.Traces.StreamReportInterval = time.Millisecond },
			`traces.stream_report_interval: must be from 1s to 24h0m0s, not 1ms`,
		},
		{func(c *Config) { c.Traces.FlushInterval = time.Hour }, `traces.flush_interval: must be from 1ms to 10s, not 1h0m0s`},
		{func(c *Config) { c.Traces.MaxBatchSpans = 0 }, `traces.max_batch_spans: must be from 1 to 100000, not 0`},
		{ratio(-0.1), `traces.sampling.ratio: must be from 0 to 1, not -0.1`},
		{ratio(1.5), `traces.sampling.ratio: must be from 0 to 1, not 1.5`},
		{ratio(math.NaN()), `traces.sampling.ratio: must be from 0 to 1, not NaN`},
		{func(c *Config) { c.OnError = "retry" }, `on_error: must be propagate or ignore, not "retry"`},
		{func(c *Config) { c.Limits.Flows, c.OnError = 0, "" },
			"limits.flows: must be from 1 to 10000000, not 0\non_error: must be propagate or ignore, not \"\""},
	} {
		t.Run(tt.want, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			tt.change(cfg)
			assert.EqualError(t, cfg.Validate(), tt.want)
			assert.EqualError(t, confmap.Validate(cfg), tt.want, "as the Collector asks")
		})
	}
}

func TestSensitiveHeadersWhenAllowed(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.HTTP.RequestHeaders = []string{"Cookie"}
	cfg.HTTP.AllowSensitiveHeaders = true
	assert.NoError(t, cfg.Validate())
}
