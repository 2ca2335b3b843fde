package main

import (
	"context"
	"errors"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/testkit/emptytap"
)

// under runs do while the collector runs, and gives what its metrics said at
// rest before and after, and the CPU time that it took in between.
func (b *bench) under(ctx context.Context, s setup, do func(*collector) error) (during, error) {
	c, err := b.collect(ctx, s)
	if err != nil {
		return during{}, err
	}
	defer c.stop()
	var d during
	if d.before, err = c.metrics(ctx); err != nil {
		return during{}, err
	}
	cpu, err := c.cpu()
	if err != nil {
		return during{}, err
	}
	if err := do(c); err != nil {
		return during{}, err
	}
	if d.after, err = c.rest(ctx); err != nil {
		return during{}, err
	}
	end, err := c.cpu()
	d.cpu = end - cpu
	return d, err
}

// during is what a collector did during a load.
type during struct {
	before, after metrics
	cpu           time.Duration
}

// grown is how much a metric has grown.
func (d *during) grown(name string, labels ...string) float64 {
	return d.after.sum(name, labels...) - d.before.sum(name, labels...)
}

// saturated is one run of wrk under a collector.
type saturated struct {
	load
	during
}

// perSpan is the collector's CPU time per span that it emitted, in µs.
func (s *saturated) perSpan() float64 {
	return float64(s.cpu.Microseconds()) / s.grown("emitted_spans")
}

// perRequest is how many spans a request gave.
func (s *saturated) perRequest() float64 { return s.grown("emitted_spans") / s.requests }

// saturate runs wrk alone and under the collector in turns.
func (b *bench) saturate(ctx context.Context, s setup) ([]pair, []saturated, error) {
	pairs, runs := make([]pair, b.opts.pairs), make([]saturated, b.opts.pairs)
	for i := range pairs {
		err := b.undisturbed(ctx, func() error {
			alone, err := b.wrk(ctx)
			if err != nil {
				return err
			}
			run := &runs[i]
			run.during, err = b.under(ctx, s, func(*collector) (err error) {
				run.load, err = b.wrk(ctx)
				return err
			})
			pairs[i] = pair{alone.perSecond, run.perSecond}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return pairs, runs, nil
}

// bothEnds: every request gives two spans.
func bothEnds(ctx context.Context, b *bench) error {
	pairs, runs, err := b.saturate(ctx, plain())
	if err != nil {
		return err
	}
	kept, before, perSpan := ratios(pairs), withouts(pairs), collect(runs, (*saturated).perSpan)
	added, captured := addedPerRequest(pairs), collect(runs, (*saturated).perRequest)
	b.add(
		figure("throughput kept, both ends traced", kept.median(), "ratio").against(atLeast(.78)).within(kept),
		figure("requests without the receiver", before.median(), "1/s").within(before),
		figure("CPU added per request, both ends traced", added.median(), "µs").within(added),
		figure("spans per request, both ends traced", captured.median(), "spans").within(captured),
		figure("CPU from ring to consumer, per span", perSpan.median(), "µs").against(atMost(3)).within(perSpan),
	)
	return nil
}

// serverEnd: the load generator is excluded by rule.
func serverEnd(ctx context.Context, b *bench) error {
	s := plain()
	s.Options = `{exclude: [{executable: "*/wrk"}]}`
	pairs, runs, err := b.saturate(ctx, s)
	if err != nil {
		return err
	}
	kept, added, captured := ratios(pairs), addedPerRequest(pairs), collect(runs, (*saturated).perRequest)
	b.add(
		figure("throughput kept, server end only", kept.median(), "ratio").against(atLeast(.88)).within(kept),
		figure("CPU added per request, server end only", added.median(), "µs").within(added),
		figure("spans per request, server end only", captured.median(), "spans").within(captured),
	)
	return nil
}

func collect(runs []saturated, of func(*saturated) float64) sample {
	s := make(sample, len(runs))
	for i := range runs {
		s[i] = of(&runs[i])
	}
	return s
}

// emptyPrograms: what is left with programs that do nothing at the same hooks.
func emptyPrograms(ctx context.Context, b *bench) error {
	cgroup, err := cgroupRoot()
	if err != nil {
		return err
	}
	pairs := make([]pair, b.opts.pairs)
	for i := range pairs {
		err := b.undisturbed(ctx, func() error {
			alone, err := b.wrk(ctx)
			if err != nil {
				return err
			}
			tap, err := emptytap.Attach(cgroup)
			if err != nil {
				return err
			}
			with, err := b.wrk(ctx)
			pairs[i] = pair{alone.perSecond, with.perSecond}
			return errors.Join(err, tap.Close())
		})
		if err != nil {
			return err
		}
	}
	kept := ratios(pairs)
	b.add(figure("throughput kept with empty programs at the same hooks", kept.median(), "ratio").within(kept))
	return nil
}
