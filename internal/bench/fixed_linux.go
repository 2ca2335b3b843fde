package main

import (
	"context"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/bench/pacer"
)

// pacedConns are more connections than a fixed load has requests under way, so
// that no request waits for one unless the server stalls.
const pacedConns = 256

// paced is one pair of runs at the same rate.
type paced struct {
	alone, with pacer.Report
	during
}

// fixedLoad: the latency that the receiver adds at half of what the host can take.
func fixedLoad(ctx context.Context, b *bench) error {
	var most pacer.Report
	err := b.undisturbed(ctx, func() (err error) {
		most, err = b.pace(ctx, 0, b.opts.conns, b.opts.duration)
		return err
	})
	if err != nil {
		return err
	}
	rate := most.PerSecond / 2
	var p50, p99 []pair
	var mean, bound sample
	for range b.opts.pairs {
		var run paced
		err := b.undisturbed(ctx, func() (err error) {
			run, err = b.pacedPair(ctx, rate)
			return err
		})
		if err != nil {
			return err
		}
		p50 = append(p50, pair{run.alone.P50, run.with.P50})
		p99 = append(p99, pair{run.alone.P99, run.with.P99})
		m, q := run.after.histogram("delivery_delay", .99)
		mean, bound = append(mean, m), append(bound, q)
	}
	b.add(figure("fixed load: half the capacity", rate, "1/s"))
	b.add(addedLatency("p99", p99, atMost(5))...)
	b.add(addedLatency("p50", p50, nil)...)
	b.add(
		figure("end of exchange to ConsumeTraces, mean", mean.median(), "s").against(atMost(1)).within(mean),
		figure("end of exchange to ConsumeTraces, p99 at most", bound.median(), "s").against(atMost(1)).within(bound),
	)
	return nil
}

func (b *bench) pacedPair(ctx context.Context, rate float64) (paced, error) {
	var run paced
	var err error
	if run.alone, err = b.pace(ctx, rate, pacedConns, b.opts.duration); err != nil {
		return paced{}, err
	}
	run.during, err = b.under(ctx, plain(), func(*collector) (err error) {
		run.with, err = b.pace(ctx, rate, pacedConns, b.opts.duration)
		return err
	})
	return run, err
}

func addedLatency(name string, pairs []pair, t *target) []row {
	added := ratios(pairs)
	for i := range added {
		added[i] = (added[i] - 1) * 100
	}
	first := figure("fixed load: added "+name, added.median(), "%").within(added)
	if t != nil {
		first = first.against(t)
	}
	return []row{
		first,
		figure("fixed load: "+name+" without the receiver", withouts(pairs).median(), "µs").within(withouts(pairs)),
		figure("fixed load: "+name+" with the receiver", withs(pairs).median(), "µs").within(withs(pairs)),
	}
}

// rareLoad is what a host does that has little to do.
const (
	rareRate     = 20
	rareDuration = 5 * time.Second
)

// rare: how long a span takes to the consumer when no batch ever fills up.
func rare(ctx context.Context, b *bench) error {
	d, err := b.under(ctx, plain(), func(*collector) error {
		_, err := b.pace(ctx, rareRate, 1, rareDuration)
		return err
	})
	if err != nil {
		return err
	}
	mean, bound := d.after.histogram("delivery_delay", .99)
	b.add(
		figure("the same at 20 requests a second, mean", mean, "s").against(atMost(1)),
		figure("the same at 20 requests a second, p99 at most", bound, "s").against(atMost(1)),
	)
	return nil
}
