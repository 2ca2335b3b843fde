package beylareceiver

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/proto/http1"
)

// Validate checks the configuration and names the key of every problem. It
// looks at nothing but the values: whether a file exists is found out at Start.
func (c *Config) Validate() error {
	errs := c.Capture.problems()
	errs = append(errs, c.HTTP.problems()...)
	errs = append(errs, oneOf("opaque", c.Opaque, OpaqueOff, OpaqueConnection, OpaqueTurn))
	errs = append(errs, ruleProblems("include", c.Include)...)
	errs = append(errs, ruleProblems("exclude", c.Exclude)...)
	errs = append(errs, c.Correlation.problems()...)
	errs = append(errs,
		within("limits.flows", c.Limits.Flows, 1, 10_000_000),
		within("limits.inflight_exchanges", c.Limits.InflightExchanges, 1, 10_000_000),
		within("limits.reassembly_mib", c.Limits.ReassemblyMiB, 1, 4096),
		within("limits.processes", c.Limits.Processes, 1, 1_000_000),
		within("traces.flush_interval", c.Traces.FlushInterval, time.Millisecond, 10*time.Second),
		within("traces.max_batch_spans", c.Traces.MaxBatchSpans, 1, 100_000),
		c.Traces.streamProblem(),
		c.Traces.samplingProblem(),
		c.explainProblem(),
		c.dropProblem(),
		oneOf("on_error", c.OnError, OnErrorPropagate, OnErrorIgnore),
	)
	return errors.Join(errs...)
}

func (c *TracesConfig) streamProblem() error {
	if c.StreamReportInterval == 0 {
		return nil
	}
	return within("traces.stream_report_interval", c.StreamReportInterval, time.Second, 24*time.Hour)
}

// dropProblem: interfaces that appear later are attached to later.
func (c *Config) dropProblem() error {
	if c.DropCapabilities && c.Capture.Source != SourceSocket {
		return errors.New("drop_capabilities: is for capture.source: socket")
	}
	return nil
}

func (c *CaptureConfig) problems() []error {
	errs := []error{
		oneOf("capture.source", c.Source, SourceSocket, SourceInterface, SourceBoth, SourcePcap),
		within("capture.window_kib", c.WindowKiB, 1, 16),
		within("capture.drain_interval", c.DrainInterval, time.Millisecond, time.Second),
		oneOf("capture.owner_hooks", c.OwnerHooks, auto, "tp_btf", "fexit", "kprobe", "none"),
	}
	if n := c.RingBufferMiB; n < 1 || n > 1024 || n&(n-1) != 0 {
		errs = append(errs, fmt.Errorf("capture.ring_buffer_mib: must be a power of two from 1 to 1024, not %d", n))
	}
	if c.CgroupPath != "" && !filepath.IsAbs(c.CgroupPath) {
		errs = append(errs, fmt.Errorf("capture.cgroup_path: must be an absolute path, not %q", c.CgroupPath))
	}
	errs = append(errs, c.Interface.problems(c.Source)...)
	if p := c.Pcap.Get(); p != nil {
		errs = append(errs, oneOf("capture.pcap.perspective", p.Perspective,
			PerspectiveServer, PerspectiveClient, PerspectiveBoth))
		if p.Path == "" {
			errs = append(errs, errors.New("capture.pcap.path: must name a capture file"))
		}
	} else if c.Source == SourcePcap {
		errs = append(errs, errors.New("capture.pcap.path: must name a capture file when capture.source is pcap"))
	}
	return errs
}

// auto takes the best that works: of the ways to read interfaces, of the owner hooks.
const auto = "auto"

func (c *InterfaceConfig) problems(source Source) []error {
	errs := []error{
		oneOf("capture.interface.way", c.Way, auto, "tcx", "clsact", "af_packet"),
		oneOf("capture.interface.perspective", c.Perspective, PerspectiveServer, PerspectiveClient, PerspectiveBoth),
	}
	for i, name := range c.Names {
		if _, err := path.Match(name, ""); err != nil || name == "" {
			errs = append(errs, fmt.Errorf("capture.interface.names[%d]: %q is no name or pattern of interfaces", i, name))
		}
	}
	if source != SourceInterface && source != SourceBoth && (len(c.Names) > 0 || c.Loopback) {
		errs = append(errs, errors.New("capture.interface: is for capture.source: interface or socket_and_interface"))
	}
	return errs
}

func (c *HTTPConfig) problems() []error {
	var errs []error
	for _, err := range leaves(c.parser().Validate()) {
		errs = append(errs, fmt.Errorf("http.%w", err))
	}
	if c.AllowSensitiveHeaders {
		return errs
	}
	errs = append(errs, sensitiveProblems("http.request_headers", c.RequestHeaders)...)
	return append(errs, sensitiveProblems("http.response_headers", c.ResponseHeaders)...)
}

// parser is the part of the configuration that the parser of HTTP works by.
func (c *HTTPConfig) parser() http1.Config {
	return http1.Config{
		Routes:         c.Routes,
		RequestHeaders: c.RequestHeaders, ResponseHeaders: c.ResponseHeaders,
		RedactQuery: c.RedactQuery,
	}
}

func sensitiveProblems(key string, names []string) []error {
	var errs []error
	for i, name := range names {
		if http1.SensitiveHeader(name) {
			errs = append(errs, fmt.Errorf(
				"%s[%d]: %s carries secrets; set http.allow_sensitive_headers to capture it all the same", key, i, name))
		}
	}
	return errs
}

// leaves takes joined errors apart, in order.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, leaves(e)...)
	}
	return all
}

func (c *TracesConfig) samplingProblem() error {
	if s := c.Sampling.Get(); s != nil {
		return within("traces.sampling.ratio", s.Ratio, 0, 1)
	}
	return nil
}

func (c *Config) explainProblem() error {
	if s := c.Explain.Get(); s != nil && s.NetAddr.Endpoint == "" {
		return errors.New("explain.endpoint: must be an address such as localhost:55690")
	}
	return nil
}

func ruleProblems(key string, rules []Rule) []error {
	var errs []error
	for i := range rules {
		errs = append(errs, rules[i].problems(fmt.Sprintf("%s[%d]", key, i))...)
	}
	return errs
}

func within[T cmp.Ordered](key string, v, least, most T) error {
	if cmp.Less(v, least) || cmp.Less(most, v) { // what is not a number is less than any
		return fmt.Errorf("%s: must be from %v to %v, not %v", key, least, most, v)
	}
	return nil
}

func oneOf[T ~string](key string, v T, words ...T) error {
	if slices.Contains(words, v) {
		return nil
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = string(w)
	}
	return fmt.Errorf("%s: must be %s, not %q", key, strings.Join(quoted, " or "), v)
}
