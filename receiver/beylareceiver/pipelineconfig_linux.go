//go:build amd64 || arm64

package beylareceiver

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/pipeline"
	"github.com/beylareceiver/beylareceiver/internal/proto/opaque"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// agreements is how many requests a program has to answer with the threads that read them
// before threads are believed: in a pool of two that take what comes, chance makes that
// up once in four thousand million.
const agreements = 32

// queueBatches is how many batches may wait for the next consumer.
const queueBatches = 64

// pipelineConfig says in the pipeline's terms what the user configured.
func pipelineConfig(cfg *Config, version string) (pipeline.Config, error) {
	c := pipeline.Config{
		Sides:            pipeline.BothSides,
		Off:              off(cfg),
		DropOTLP:         cfg.DropOTLPExports,
		DropHealthProbes: cfg.HTTP.DropHealthProbes,
		MaxInflight:      cfg.Limits.InflightExchanges,
		FlushInterval:    cfg.Traces.FlushInterval,
		StreamReport:     cfg.Traces.StreamReportInterval,
		MaxBatch:         cfg.Traces.MaxBatchSpans,
		Queue:            queueBatches,
		Explain:          cfg.Explain.HasValue(),
	}
	switch cfg.Capture.Source {
	case SourcePcap:
		p := cfg.Capture.Pcap.Get()
		c.Pcap, c.Sides = p.Path, sides(p.Perspective)
	case SourceInterface, SourceBoth:
		c.Sockets = cfg.Capture.Source == SourceBoth
		c.Interfaces, c.Sides = interfaces(cfg), sides(cfg.Capture.Interface.Perspective)
	}
	c.Tap.CgroupPath = cfg.Capture.CgroupPath
	c.Tap.Window = cfg.Capture.WindowKiB << 10
	c.Tap.RingBytes = cfg.Capture.RingBufferMiB << 20
	c.Tap.Drain = cfg.Capture.DrainInterval
	c.Tap.Shed = true
	if h := cfg.Capture.OwnerHooks; h != auto {
		c.Tap.Owners = tap.Rung(h)
	}
	c.Replay.MaxConnections = cfg.Limits.Flows
	parents := correlationConfig(cfg)
	c.Protocols.HTTP = cfg.HTTP.parser()
	c.Protocols.HTTP.Formats = parents.Contexts.Formats
	c.Protocols.HTTP.RequestIDHeaders = parents.Contexts.RequestIDHeaders
	switch cfg.Opaque {
	case OpaqueConnection:
		c.Protocols.Opaque = &opaque.Config{Mode: opaque.Connection}
	case OpaqueTurn:
		c.Protocols.Opaque = &opaque.Config{Mode: opaque.Turn}
	}
	c.Correlate.Sampler = parents.Sampler
	c.Correlate.Agreements = agreements
	c.Correlate.MaxAge, c.Correlate.MaxSpans = parents.MaxAge, parents.MaxSpans
	c.Correlate.Threads, c.Correlate.Links = parents.Threads, parents.Links
	c.Timing = parents.Timing
	c.Flow.MaxFlows = cfg.Limits.Flows
	c.Flow.MaxHeld = cfg.Limits.ReassemblyMiB << 20
	c.Process.Entries = cfg.Limits.Processes
	c.Process.Version = version

	var err error
	if c.Include, err = selectionRules("include", cfg.Include); err != nil {
		return c, err
	}
	c.Exclude, err = selectionRules("exclude", cfg.Exclude)
	return c, err
}

// off are the protocols of which no spans are wanted.
func off(cfg *Config) map[string]bool {
	return map[string]bool{
		"http": !cfg.HTTP.Enabled, "http2": !cfg.HTTP.Enabled,
		"grpc": !cfg.RPC.Enabled, "connect": !cfg.RPC.Enabled,
		"fastcgi": !cfg.FastCGI.Enabled, "dns": !cfg.DNS.Enabled,
	}
}

func sides(p Perspective) pipeline.Sides {
	return map[Perspective]pipeline.Sides{
		PerspectiveServer: pipeline.ServerSide,
		PerspectiveClient: pipeline.ClientSide,
		PerspectiveBoth:   pipeline.BothSides,
	}[p]
}

func interfaces(cfg *Config) *iface.Options {
	in := &cfg.Capture.Interface
	o := &iface.Options{
		Interfaces: in.Names, Loopback: in.Loopback,
		RingBytes: cfg.Capture.RingBufferMiB << 20, Drain: cfg.Capture.DrainInterval,
		Window: cfg.Capture.WindowKiB << 10, MaxConnections: cfg.Limits.Flows,
	}
	if in.Way != auto {
		o.Way = iface.Way(in.Way)
	}
	return o
}

func selectionRules(key string, rules []Rule) ([]selection.Rule, error) {
	out := make([]selection.Rule, 0, len(rules))
	for i := range rules {
		r, err := selectionRule(&rules[i])
		if err != nil {
			return nil, fmt.Errorf("%s[%d].%w", key, i, err)
		}
		out = append(out, r)
	}
	return out, nil
}

func selectionRule(r *Rule) (selection.Rule, error) {
	s := selection.Rule{Executable: r.Executable, Service: r.Service, Cgroup: r.Cgroup, ContainerID: r.ContainerID}
	ports, err := r.PortRanges()
	if err != nil {
		return s, err
	}
	for _, p := range ports {
		s.Ports = append(s.Ports, selection.PortRange(p))
	}
	s.Namespace, err = namespace(r.Namespace)
	return s, err
}

// namespace is the inode number that a rule means, 0 when it means none.
func namespace(s string) (uint32, error) {
	switch s {
	case "":
		return 0, nil
	case "host":
		return hostNamespace()
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("namespace: %w", err)
	}
	return uint32(n), nil
}

// hostNamespace is the network namespace of the host's first process. To look
// at another process's takes CAP_SYS_PTRACE (proc_pid_ns(5)), which nothing else
// here needs; without it the collector's own has to do.
func hostNamespace() (uint32, error) {
	info, err := os.Stat("/proc/1/ns/net")
	if err != nil {
		info, err = os.Stat("/proc/self/ns/net")
	}
	if err != nil {
		return 0, fmt.Errorf("namespace: find the host's network namespace: %w", err)
	}
	return uint32(info.Sys().(*syscall.Stat_t).Ino), nil
}
