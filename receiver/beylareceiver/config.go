package beylareceiver

import (
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/beylareceiver/beylareceiver/internal/proto/http1"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Config is the receiver's configuration. Every key is optional: with no
// options at all the receiver traces every socket of the host but the
// collector's own. config.schema.json describes the same keys.
type Config struct {
	// Capture says where the bytes come from.
	Capture CaptureConfig `mapstructure:"capture"`
	// HTTP configures HTTP/1.0, HTTP/1.1 and HTTP/2.
	HTTP HTTPConfig `mapstructure:"http"`
	// RPC configures what is carried by HTTP: gRPC, gRPC-Web and the Connect protocol.
	RPC RPCConfig `mapstructure:"rpc"`
	// Opaque says what becomes of connections whose content cannot be read: TLS, QUIC, and TCP
	// that no protocol claims.
	Opaque Opaque `mapstructure:"opaque"`
	// FastCGI configures FastCGI over TCP, as between nginx and PHP-FPM. Which headers,
	// parameters and contexts are read of it is said by HTTP and Correlation.
	FastCGI FastCGIConfig `mapstructure:"fastcgi"`
	// DNS configures DNS over UDP and TCP.
	DNS DNSConfig `mapstructure:"dns"`
	// DropOTLPExports leaves out the telemetry exports of other processes and
	// counts them. The collector's own never get this far.
	DropOTLPExports bool `mapstructure:"drop_otlp_exports"`
	// Include selects flows: with at least one rule, only flows that match one
	// of them are traced.
	Include []Rule `mapstructure:"include"`
	// Exclude leaves out flows that match one of its rules; it wins over Include.
	Exclude []Rule `mapstructure:"exclude"`
	// Correlation says what counts as evidence of a parent.
	Correlation CorrelationConfig `mapstructure:"correlation"`
	// Limits caps what the receiver holds in memory.
	Limits LimitsConfig `mapstructure:"limits"`
	// Traces says which spans there are, and configures their way to the next consumer.
	Traces TracesConfig `mapstructure:"traces"`
	// Explain serves a page that tells of each recent connection why there is no span; absent:
	// nothing is served, and no connection is remembered. It is a server as confighttp describes it.
	Explain configoptional.Optional[confighttp.ServerConfig] `mapstructure:"explain"`
	// DropCapabilities takes the capabilities that only starting needs out of the
	// collector's effective set once the receiver has started. They stay permitted, for a reload.
	DropCapabilities bool `mapstructure:"drop_capabilities"`
	// OnError says what a failed start means for the collector.
	OnError OnError `mapstructure:"on_error"`
}

// Source is where the bytes come from.
type Source string

// The sources.
const (
	// SourceSocket reads the sockets of this host with eBPF.
	SourceSocket Source = "socket"
	// SourceInterface reads packets of network interfaces: traffic that ends in no
	// socket of this host.
	SourceInterface Source = "interface"
	// SourceBoth reads sockets and interfaces; what both show is told once.
	SourceBoth Source = "socket_and_interface"
	// SourcePcap reads a capture file; it needs no privileges.
	SourcePcap Source = "pcap"
)

// CaptureConfig says where the bytes come from and how many of them.
type CaptureConfig struct {
	// Source is "socket", "interface", "socket_and_interface" or "pcap".
	Source Source `mapstructure:"source"`
	// CgroupPath is the cgroup v2 folder whose sockets are read. Empty: the
	// host's root, found through the mount table.
	CgroupPath string `mapstructure:"cgroup_path"`
	// WindowKiB is how much of the start of each message is read, 1 to 16 KiB.
	WindowKiB int `mapstructure:"window_kib"`
	// RingBufferMiB is the size of the ring between kernel and collector: a
	// power of two, 1 to 1024 MiB.
	RingBufferMiB int `mapstructure:"ring_buffer_mib"`
	// DrainInterval is how long a record waits in the ring at most, 1ms to 1s.
	DrainInterval time.Duration `mapstructure:"drain_interval"`
	// OwnerHooks is how the kernel tells which process reads and writes a socket:
	// "tp_btf", "fexit", "kprobe" or "none"; "auto" takes the best that works.
	OwnerHooks string `mapstructure:"owner_hooks"`
	// Interface says which interfaces are read when Source says that they are.
	Interface InterfaceConfig `mapstructure:"interface"`
	// Pcap names the capture file; it is read when Source is "pcap".
	Pcap configoptional.Optional[PcapConfig] `mapstructure:"pcap"`
}

// Perspective is which end of a connection that passes by makes spans.
type Perspective string

// The perspectives.
const (
	PerspectiveServer Perspective = "server"
	PerspectiveClient Perspective = "client"
	PerspectiveBoth   Perspective = "both"
)

// InterfaceConfig says which network interfaces are read, and how.
type InterfaceConfig struct {
	// Names are names of interfaces, or patterns such as veth*. Empty: all but loopback.
	Names []string `mapstructure:"names"`
	// Loopback reads loopback, too, where Names is empty.
	Loopback bool `mapstructure:"loopback"`
	// Way is "auto", "tcx", "clsact" or "af_packet".
	Way string `mapstructure:"way"`
	// Perspective is whose spans are made of traffic that neither begins nor ends at
	// an address of this network namespace: "server", "client" or "both".
	Perspective Perspective `mapstructure:"perspective"`
}

// PcapConfig describes a capture file.
type PcapConfig struct {
	// Path is a pcap or pcapng file, gzip or not.
	Path string `mapstructure:"path"`
	// Perspective is "server", "client" or "both".
	Perspective Perspective `mapstructure:"perspective"`
}

// Opaque says what becomes of connections whose content cannot be read.
type Opaque string

// The ways.
const (
	// OpaqueOff makes no spans of them.
	OpaqueOff Opaque = "off"
	// OpaqueConnection makes a span of each connection.
	OpaqueConnection Opaque = "connection"
	// OpaqueTurn makes a span of each time that the client has sent something and the
	// server has answered.
	OpaqueTurn Opaque = "turn"
)

// HTTPConfig configures HTTP/1.0, HTTP/1.1 and HTTP/2.
type HTTPConfig struct {
	// Enabled is false for no HTTP spans at all.
	Enabled bool `mapstructure:"enabled"`
	// RequestHeaders are the names of request headers that become
	// http.request.header.<name> attributes. Case does not matter.
	RequestHeaders []string `mapstructure:"request_headers"`
	// ResponseHeaders are the names of response headers that become
	// http.response.header.<name> attributes. Case does not matter.
	ResponseHeaders []string `mapstructure:"response_headers"`
	// AllowSensitiveHeaders allows names like Authorization in the two lists.
	AllowSensitiveHeaders bool `mapstructure:"allow_sensitive_headers"`
	// Routes are path patterns such as /users/{id}; the first that matches a
	// request's path becomes http.route.
	Routes []string `mapstructure:"routes"`
	// RedactQuery are the names of query parameters whose values become
	// REDACTED. A list given here replaces the default one.
	RedactQuery []string `mapstructure:"redact_query"`
	// DropHealthProbes leaves out the probes of kubelets and load balancers, and counts them.
	DropHealthProbes bool `mapstructure:"drop_health_probes"`
}

// RPCConfig configures gRPC, gRPC-Web and the Connect protocol.
type RPCConfig struct {
	// Enabled is false for no spans of them at all; they are not told as HTTP either.
	Enabled bool `mapstructure:"enabled"`
}

// FastCGIConfig configures FastCGI.
type FastCGIConfig struct {
	// Enabled is false for no FastCGI spans at all.
	Enabled bool `mapstructure:"enabled"`
}

// DNSConfig configures DNS over UDP and TCP.
type DNSConfig struct {
	// Enabled is false for no DNS spans at all.
	Enabled bool `mapstructure:"enabled"`
}

// LimitsConfig caps what the receiver holds in memory. What does not fit is
// left out and counted.
type LimitsConfig struct {
	// Flows is how many connections are followed at once.
	Flows int `mapstructure:"flows"`
	// InflightExchanges is how many requests may wait for their response.
	InflightExchanges int `mapstructure:"inflight_exchanges"`
	// ReassemblyMiB is how much payload may wait to be put in order, MiB.
	ReassemblyMiB int `mapstructure:"reassembly_mib"`
	// Processes is how many processes and containers are remembered.
	Processes int `mapstructure:"processes"`
}

// TracesConfig says which spans there are, and configures their way to the next consumer.
type TracesConfig struct {
	// FlushInterval is how long a finished span waits for others at most, 1ms to 10s.
	FlushInterval time.Duration `mapstructure:"flush_interval"`
	// MaxBatchSpans is how many spans go to the next consumer at once at most.
	MaxBatchSpans int `mapstructure:"max_batch_spans"`
	// StreamReportInterval is how long a stream (an upgraded or tunnelled connection, an event
	// stream, a streaming call, a connection that cannot be read) may be open before there is a span of
	// it, and how long before the next one, 1s to 24h. 0: there is one, when it is over.
	StreamReportInterval time.Duration `mapstructure:"stream_report_interval"`
	// Sampling says which traces are kept; absent: all of them.
	Sampling configoptional.Optional[SamplingConfig] `mapstructure:"sampling"`
	// Timing puts what only a tap can tell of an exchange on spans, as beyla.timing.*
	// and beyla.tcp.* attributes.
	Timing bool `mapstructure:"timing"`
}

// OnError says what a failed start means for the collector.
type OnError string

// The answers to a failed start.
const (
	// OnErrorPropagate fails the collector's start with the reason.
	OnErrorPropagate OnError = "propagate"
	// OnErrorIgnore logs the reason and reports it as the component's status;
	// the rest of the collector runs.
	OnErrorIgnore OnError = "ignore"
)

func createDefaultConfig() component.Config {
	return &Config{
		Capture: CaptureConfig{
			Source:        SourceSocket,
			WindowKiB:     8,
			RingBufferMiB: 16,
			DrainInterval: 10 * time.Millisecond,
			OwnerHooks:    auto,
			Interface:     InterfaceConfig{Way: auto, Perspective: PerspectiveServer},
			Pcap:          configoptional.Default(PcapConfig{Perspective: PerspectiveServer}),
		},
		HTTP:            HTTPConfig{Enabled: true, RedactQuery: http1.DefaultRedactQuery()},
		RPC:             RPCConfig{Enabled: true},
		Opaque:          OpaqueConnection,
		FastCGI:         FastCGIConfig{Enabled: true},
		DNS:             DNSConfig{Enabled: true},
		DropOTLPExports: true,
		Correlation: CorrelationConfig{
			Formats:          tracecontext.Names(),
			RequestIDHeaders: tracecontext.DefaultRequestIDHeaders(),
			Threads:          true,
			MaxAge:           time.Hour,
			MaxSpans:         1000,
		},
		Limits: LimitsConfig{
			Flows:             100_000,
			InflightExchanges: 100_000,
			ReassemblyMiB:     8,
			Processes:         8192,
		},
		Traces: TracesConfig{
			FlushInterval:        200 * time.Millisecond,
			MaxBatchSpans:        512,
			StreamReportInterval: time.Minute,
			Sampling:             configoptional.Default(SamplingConfig{Ratio: 1, ParentBased: true}),
			Timing:               true,
		},
		Explain: configoptional.Default(defaultExplain()),
		OnError: OnErrorPropagate,
	}
}
