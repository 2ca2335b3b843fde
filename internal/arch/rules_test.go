package archtest

// rule says which packages of this module a package may import. Names are
// paths below the module's, internal/ left out; "x/..." means the folders below x,
// and "..." any package.
type rule struct {
	pkg     string
	imports []string
}

// rules is the direction of data in ARCHITECTURE.md,
//
//	tap -> event -> flow -> proto -> correlate -> span -> traces -> receiver
//
// where each stage imports only the owners of the types that it consumes, and
// pipeline alone knows all of them. The first rule that matches a package holds.
// A package that is about to come may be named here before it does.
var rules = []rule{
	// Leaves.
	{pkg: "arch"},
	{pkg: "attr"},
	{pkg: "clock"},
	{pkg: "explain"},
	{pkg: "goruntime", imports: []string{"wire"}},
	{pkg: "ledger"},
	{pkg: "tap"},
	{pkg: "tracecontext"},
	{pkg: "privilege", imports: []string{"testkit"}},
	{pkg: "wire"},
	{pkg: "selection"},
	// Sources, beside the tap.
	{pkg: "replay", imports: []string{"tap", "event"}},
	{pkg: "iface", imports: []string{"replay", "tap"}},
	// Stages.
	{pkg: "event", imports: []string{"tap"}},
	{pkg: "flow", imports: []string{"event", "ledger"}},
	{pkg: "process", imports: []string{"attr", "event", "goruntime"}},
	{pkg: "proto", imports: []string{"event", "attr", "tracecontext"}},
	{pkg: "proto/all", imports: []string{"proto", "proto/...", "tracecontext"}},
	{pkg: "proto/tlshello", imports: []string{"wire", "attr"}},
	{pkg: "proto/...", imports: []string{
		"proto", "wire", "event", "attr", "tracecontext",
		// What several protocols have in common.
		"proto/httpwords", "proto/grpc", "proto/hpack", "proto/websocket", "proto/tlshello",
	}},
	{pkg: "sampling", imports: []string{"tracecontext"}},
	{pkg: "correlate", imports: []string{"event", "proto", "tracecontext", "attr"}},
	{pkg: "span", imports: []string{"proto", "process", "attr", "correlate", "clock"}},
	{pkg: "traces", imports: []string{"span", "attr", "process"}},
	// What a process can do where it runs.
	{pkg: "preflight", imports: []string{"tap", "process"}},
	{pkg: "cmd/beyla-preflight", imports: []string{"preflight"}},
	// What joins them.
	{pkg: "pipeline", imports: []string{"..."}},
	{pkg: "receiver/...", imports: []string{
		"pipeline", "preflight", "privilege", "explain", "traces", "iface", "ledger", "selection", "sampling", "replay", "tap", "proto/http1", "proto/opaque", "tracecontext", "testkit", "receiver/...",
	}},
	// Help for tests.
	{pkg: "testkit", imports: []string{"..."}},
	{pkg: "buildtest", imports: []string{"testkit"}},
	{pkg: "live", imports: []string{"..."}},
	{pkg: "vmlive", imports: []string{"receiver/...", "testkit"}},
	{pkg: "deploytest", imports: []string{"testkit"}},
	{pkg: "clustertest", imports: []string{"testkit"}},
	{pkg: "topology", imports: []string{"..."}},
	{pkg: "bench", imports: []string{"bench/...", "testkit/..."}},
	{pkg: "bench/..."},
	{pkg: "testkit/...", imports: []string{"..."}},
	{pkg: "soak", imports: []string{"soak/...", "testkit"}},
	{pkg: "soak/...", imports: []string{"soak/...", "testkit"}},
	{pkg: "faults", imports: []string{"..."}},
	{pkg: "acceptance", imports: []string{"..."}},
}

// fence says who may import something from outside. Nobody else may depend on it
// either, except through one of those.
type fence struct {
	what   string // import path; everything below it is meant, too
	direct bool   // hold direct imports only
	only   []string
}

var fences = []fence{
	{what: "go.opentelemetry.io/collector/pdata", only: []string{"traces", "receiver/...", "testkit", "testkit/..."}},
	// Two sources load programs: at sockets, and at interfaces. They share none.
	{what: "github.com/cilium/ebpf", only: []string{"tap", "iface", "testkit", "testkit/..."}},
	{what: "unsafe", direct: true, only: []string{"event"}},
	{what: "C", direct: true},
}
