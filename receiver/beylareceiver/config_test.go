package beylareceiver

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
)

// load reads one section of testdata/config.yaml over the defaults.
func load(t *testing.T, section string) *Config {
	t.Helper()
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	sub, err := conf.Sub(section)
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, sub.Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))
	return cfg
}

// explainAt is the explain section with nothing but an endpoint.
func explainAt(endpoint string) confighttp.ServerConfig {
	c := confighttp.NewDefaultServerConfig()
	c.NetAddr.Endpoint = endpoint
	return c
}

func TestDefaultConfig(t *testing.T) {
	want := &Config{
		Capture: CaptureConfig{
			Source: "socket", WindowKiB: 8, RingBufferMiB: 16, DrainInterval: 10 * time.Millisecond, OwnerHooks: "auto",
			Interface: InterfaceConfig{Way: "auto", Perspective: "server"},
			Pcap:      configoptional.Default(PcapConfig{Perspective: "server"}),
		},
		HTTP: HTTPConfig{
			Enabled: true,
			RedactQuery: []string{
				"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "sig", "X-Goog-Signature",
			},
		},
		RPC:             RPCConfig{Enabled: true},
		Opaque:          OpaqueConnection,
		FastCGI:         FastCGIConfig{Enabled: true},
		DNS:             DNSConfig{Enabled: true},
		DropOTLPExports: true,
		Correlation: CorrelationConfig{
			Formats:          []string{"tracecontext", "b3", "b3multi", "jaeger", "datadog", "sw8", "xray"},
			RequestIDHeaders: []string{"x-request-id", "x-correlation-id", "request-id", "x-amz-cf-id"},
			Threads:          true, MaxAge: time.Hour, MaxSpans: 1000,
		},
		Limits: LimitsConfig{Flows: 100000, InflightExchanges: 100000, ReassemblyMiB: 8, Processes: 8192},
		Traces: TracesConfig{
			FlushInterval: 200 * time.Millisecond, MaxBatchSpans: 512, StreamReportInterval: time.Minute, Timing: true,
			Sampling: configoptional.Default(SamplingConfig{Ratio: 1, ParentBased: true}),
		},
		Explain: configoptional.Default(explainAt("localhost:55690")),
		OnError: "propagate",
	}
	assert.Equal(t, want, load(t, "beyla"))
}

func TestFullConfig(t *testing.T) {
	want := &Config{
		Capture: CaptureConfig{
			Source: "pcap", CgroupPath: "/sys/fs/cgroup/user.slice", WindowKiB: 16, RingBufferMiB: 64,
			DrainInterval: 5 * time.Millisecond, OwnerHooks: "kprobe",
			Interface: InterfaceConfig{Way: "auto", Perspective: "server"},
			Pcap:      configoptional.Some(PcapConfig{Path: "capture.pcapng.gz", Perspective: "both"}),
		},
		HTTP: HTTPConfig{
			RequestHeaders: []string{"X-Tenant", "authorization"}, ResponseHeaders: []string{"Content-Type"},
			AllowSensitiveHeaders: true, Routes: []string{"/users/{id}", "/static/*"}, RedactQuery: []string{"token"},
			DropHealthProbes: true,
		},
		Opaque: "off",
		Include: []Rule{
			{Ports: []string{"80", "443", "8000-9000"}, Executable: "/usr/sbin/*", Service: "shop-*"},
			{Namespace: "4026531840"},
			{Namespace: "host", Cgroup: "*/docker-*.scope"},
		},
		Exclude: []Rule{{ContainerID: "0123456789ab"}},
		Correlation: CorrelationConfig{
			Formats: []string{"b3", "tracecontext"}, RequestIDHeaders: []string{"X-Ray-Id"},
			Links: true, MaxAge: time.Minute, MaxSpans: 50,
		},
		Limits: LimitsConfig{Flows: 10, InflightExchanges: 20, ReassemblyMiB: 30, Processes: 40},
		Traces: TracesConfig{
			FlushInterval: time.Second, MaxBatchSpans: 100,
			Sampling: configoptional.Some(SamplingConfig{Ratio: 0.25}),
		},
		Explain: configoptional.Some(explainAt("localhost:4444")),
		OnError: "ignore",
	}
	assert.Equal(t, want, load(t, "beyla/full"))
}

func TestPcapKeepsItsDefaults(t *testing.T) {
	cfg := load(t, "beyla/pcap")
	assert.Equal(t, &PcapConfig{Path: "capture.pcap", Perspective: PerspectiveServer}, cfg.Capture.Pcap.Get())
}

func TestUnknownKeysFail(t *testing.T) {
	for _, m := range []map[string]any{
		{"captur": nil},
		{"http": map[string]any{"request_header": []any{"a"}}},
		{"capture": map[string]any{"pcap": map[string]any{"file": "x"}}},
		{"include": []any{map[string]any{"port": 80}}},
		{"correlation": map[string]any{"format": []any{"b3"}}},
		{"traces": map[string]any{"sampling": map[string]any{"rate": 1}}},
	} {
		err := confmap.NewFromStringMap(m).Unmarshal(createDefaultConfig())
		assert.ErrorContains(t, err, "has invalid keys", "%v", m)
	}
}

func TestPortRanges(t *testing.T) {
	r := Rule{Ports: []string{"80", "8000-9000", "1 - 65535"}}
	got, err := r.PortRanges()
	require.NoError(t, err)
	assert.Equal(t, []PortRange{{80, 80}, {8000, 9000}, {1, 65535}}, got)

	_, err = (&Rule{Ports: []string{"80", "x"}}).PortRanges()
	assert.EqualError(t, err, `ports[1]: must be a port (1 to 65535) or a range such as 8000-9000, not "x"`)
}
