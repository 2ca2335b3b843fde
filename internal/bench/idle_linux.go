package main

import (
	"context"
	"time"
)

// idle: what the collector takes when this program does not load the host,
// beside the same collector without the receiver.
func idle(ctx context.Context, b *bench) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	base, err := b.collect(ctx, without(port))
	if err != nil {
		return err
	}
	defer base.stop()
	ours, err := b.collect(ctx, plain())
	if err != nil {
		return err
	}
	defer ours.stop()
	if err := pause(ctx, calm); err != nil { // what the start left to do
		return err
	}
	before, err := ours.metrics(ctx)
	if err != nil {
		return err
	}
	took, err := cpuWhile(func() error { return pause(ctx, b.opts.idle) }, ours.child, base.child)
	if err != nil {
		return err
	}
	after, err := ours.metrics(ctx)
	if err != nil {
		return err
	}
	share := func(d time.Duration) float64 { return 100 * d.Seconds() / b.opts.idle.Seconds() }
	packets := after.sum("kernel_packets") - before.sum("kernel_packets")
	b.add(
		figure("idle host: CPU of the collector", share(took[0]), "% of a core").against(atMost(.1)),
		figure("idle host: CPU of the collector without the receiver", share(took[1]), "% of a core"),
		figure("idle host: packets of others meanwhile", packets/b.opts.idle.Seconds(), "1/s"),
	)
	return nil
}

// cpuWhile is the CPU time that each program takes while do runs.
func cpuWhile(do func() error, programs ...*child) ([]time.Duration, error) {
	took := make([]time.Duration, len(programs))
	for i, p := range programs {
		start, err := p.cpu()
		if err != nil {
			return nil, err
		}
		took[i] = -start
	}
	if err := do(); err != nil {
		return nil, err
	}
	for i, p := range programs {
		end, err := p.cpu()
		if err != nil {
			return nil, err
		}
		took[i] += end
	}
	return took, nil
}
