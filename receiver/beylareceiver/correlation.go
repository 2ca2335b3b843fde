package beylareceiver

import (
	"fmt"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/sampling"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// CorrelationConfig says what counts as evidence of a parent. That both ends
// of a connection are on this host always does.
type CorrelationConfig struct {
	// Formats are the header formats that a request's context is read in, the first
	// valid one counts: tracecontext (W3C's, which comes first wherever it stands),
	// b3, b3multi, jaeger, datadog, sw8, xray. An empty list: none is read.
	Formats []string `mapstructure:"formats"`
	// RequestIDHeaders are the names of headers that identify one request, and that a
	// service repeats on the requests it makes for it. The first that is there
	// counts. Case does not matter. An empty list: none is read.
	RequestIDHeaders []string `mapstructure:"request_id_headers"`
	// Links makes span links of evidence that is too weak for a parent.
	Links bool `mapstructure:"links"`
	// Threads makes a request the child of the one that the thread, or the
	// goroutine, that sent it has in hand.
	Threads bool `mapstructure:"threads"`
	// MaxAge is how long after its first span a context from the wire, or a request
	// in hand, may get children, 1s to 24h. After that a new root with a link begins.
	MaxAge time.Duration `mapstructure:"max_age"`
	// MaxSpans is how many spans may be put below one context from the wire, or one
	// request in hand. What is more becomes a new root with a link.
	MaxSpans int `mapstructure:"max_spans"`
}

// SamplingConfig says which traces are kept. Without this section all are,
// whatever the sampled flag of a context from the wire says.
type SamplingConfig struct {
	// Ratio is the share of traces that are kept, 0 to 1, by the randomness of
	// their ids: samplers elsewhere that follow OpenTelemetry's consistent
	// probability sampling choose the same ones.
	Ratio float64 `mapstructure:"ratio"`
	// ParentBased leaves the decision on a context from the wire to its sampled
	// flag; Ratio is for traces that begin here, and for contexts that leave the
	// decision to the receiver. False: Ratio is for all traces.
	ParentBased bool `mapstructure:"parent_based"`
}

func (c *CorrelationConfig) problems() []error {
	var errs []error
	for _, err := range leaves(c.contexts().Validate()) {
		errs = append(errs, fmt.Errorf("correlation.%w", err))
	}
	return append(errs,
		within("correlation.max_age", c.MaxAge, time.Second, 24*time.Hour),
		within("correlation.max_spans", c.MaxSpans, 1, 1_000_000),
	)
}

// contexts is the part of the configuration that parsers read headers by.
func (c *CorrelationConfig) contexts() tracecontext.Config {
	formats := make([]tracecontext.Format, len(c.Formats))
	for i, f := range c.Formats {
		formats[i] = tracecontext.Format(f)
	}
	// An empty list is none; nil would stand for the default.
	return tracecontext.Config{Formats: formats, RequestIDHeaders: append([]string{}, c.RequestIDHeaders...)}
}

// correlation is what the configuration says of parents, and of which traces are kept,
// in the pipeline's terms.
type correlation struct {
	// Contexts says which headers are read; it has no Hasher.
	Contexts tracecontext.Config
	// Links and Threads are off when false.
	Links, Threads bool
	MaxAge         time.Duration
	MaxSpans       int
	// Sampler keeps everything unless the user configured it.
	Sampler sampling.Sampler
	// Timing puts beyla.timing.* on spans.
	Timing bool
}

func correlationConfig(cfg *Config) correlation {
	c := correlation{
		Contexts: cfg.Correlation.contexts(),
		Links:    cfg.Correlation.Links,
		Threads:  cfg.Correlation.Threads,
		MaxAge:   cfg.Correlation.MaxAge,
		MaxSpans: cfg.Correlation.MaxSpans,
		Timing:   cfg.Traces.Timing,
	}
	if s := cfg.Traces.Sampling.Get(); s != nil {
		c.Sampler = sampling.New(s.Ratio, s.ParentBased)
	}
	return c
}
