//go:build amd64 || arm64

package beylareceiver

import (
	"errors"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"github.com/beylareceiver/beylareceiver/internal/preflight"
)

// preflight says once what the kernel accepted, and reports what is missing.
func (p *pipelineEngine) preflight() {
	switch {
	case p.cfg.Pcap != "":
		p.logger.Info("reading a capture file", zap.String("path", p.cfg.Pcap))
		return
	case p.cfg.Interfaces != nil:
		if p.wire(); !p.cfg.Sockets {
			return
		}
	}
	r := p.inner.Report()
	refused := make([]error, 0, len(r.Missing))
	for _, m := range r.Missing {
		refused = append(refused, fmt.Errorf("%s: %w", m.Feature, m.Err))
	}
	p.logger.Info("reading the sockets of this host",
		zap.String("owner_hooks", string(r.Owners)),
		zap.Bool("socket_states", r.States),
		zap.Bool("own_sockets_marked", r.OwnSockets),
		zap.Errors("refused", refused))

	report := p.examine(preflight.Attempt{Report: r, Threads: p.cfg.Correlate.Threads})
	p.found = &report
	p.logger.Info(report.Text())
	h := healthOf(string(r.Owners), r.States, refused)
	if h = p.lessThanAsked(h, &report); h.Err != nil {
		p.works(h)
	}
}

// wire says how interfaces are read, and which of them cannot be.
func (p *pipelineEngine) wire() {
	r := p.inner.Wire()
	names := make([]string, 0, len(r.Interfaces))
	var refused []error
	for _, i := range r.Interfaces {
		if i.Err != nil {
			refused = append(refused, fmt.Errorf("%s: %w", i.Name, i.Err))
			continue
		}
		names = append(names, i.Name)
	}
	better := make([]error, 0, len(r.Missing))
	for _, m := range r.Missing {
		better = append(better, fmt.Errorf("%s: %w", m.Way, m.Err))
	}
	p.logger.Info("reading network interfaces", zap.String("way", string(r.Way)), zap.Strings("interfaces", names),
		zap.Errors("refused", refused), zap.Errors("better_ways_refused", better))
	if len(refused) > 0 {
		p.works(health{Err: fmt.Errorf("works without some interfaces: %w", errors.Join(refused...))})
	}
}

// examine says where this process runs and what it can do there.
func (p *pipelineEngine) examine(a preflight.Attempt) preflight.Report {
	return preflight.Build(preflight.Gather(p.cfg.Tap.CgroupPath), a)
}

// explain logs why the sockets of this host cannot be read, and adds to the error
// what would change that.
func (p *pipelineEngine) explain(err error) error {
	if p.cfg.Pcap != "" || p.cfg.Interfaces != nil && !p.cfg.Sockets {
		return err
	}
	report := p.examine(preflight.Failed(err))
	p.logger.Warn(report.Text())
	if add := report.Lines(report.Off(preflight.Socket)); len(add) > 0 {
		return fmt.Errorf("%w (%s; add: %s)", err, report.Scenario, strings.Join(add, "; and "))
	}
	return err
}

// lessThanAsked adds to the health what the preflight found to be off although the
// configuration asks for it, and what would turn on everything that is missing.
func (p *pipelineEngine) lessThanAsked(h health, report *preflight.Report) health {
	want := []preflight.FeatureName{preflight.Processes, preflight.States}
	if p.cfg.Tap.CgroupPath == "" {
		want = append(want, preflight.WholeHost)
	}
	if p.cfg.Correlate.Threads {
		want = append(want, preflight.Parents)
	}
	off := report.Off(want...)
	for _, f := range off {
		switch f.Name {
		case preflight.WholeHost:
			h = h.without("the rest of the host", f.Reason)
		case preflight.Parents:
			if report.Feature(preflight.Processes).On { // else that is missing first
				h = h.without("parents by thread", f.Reason)
			}
		}
	}
	h.Scenario, h.Add = string(report.Scenario), report.Lines(off)
	return h
}

// without is the health with one more thing missing.
func (h health) without(what, reason string) health {
	h.Missing = append(h.Missing, what)
	h.Err = errors.Join(h.Err, fmt.Errorf("works without %s: %s", what, reason))
	return h
}

// healthOf says what does not work for want of what the kernel refused. Hooks
// that another rung of the ladder makes up for are no loss.
func healthOf(owners string, states bool, refused []error) health {
	var h health
	if owners == "none" {
		h.Missing = append(h.Missing, "process attribution")
	}
	if !states {
		h.Missing = append(h.Missing, "connect times and failed connects")
	}
	if len(h.Missing) > 0 {
		h.Err = fmt.Errorf("works without %s: the kernel refused %w",
			strings.Join(h.Missing, " and "), errors.Join(refused...))
	}
	return h
}
