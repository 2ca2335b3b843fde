package main

import (
	"context"
	"errors"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/testkit/bpfstats"
	"github.com/beylareceiver/beylareceiver/internal/testkit/emptytap"
)

// kernelTime: what the tap's programs cost, by the kernel's own statistics.
func kernelTime(ctx context.Context, b *bench) error {
	stats, err := bpfstats.Enable()
	if err != nil {
		return err
	}
	defer stats.Close()
	var ran []bpfstats.Program
	var done load
	err = b.undisturbed(ctx, func() error {
		_, err := b.under(ctx, plain(), func(c *collector) error {
			ids, err := programIDs(c.pid())
			if err != nil {
				return err
			}
			ran, done, err = b.programsUnderLoad(ctx, ids)
			return err
		})
		return err
	})
	if err != nil {
		return err
	}
	b.add(figure("kernel time per exchange at one end", perExchange(ran, done), "ns").against(atMost(800)))
	for _, p := range ran {
		if p.Runs > 0 {
			b.add(
				figure(p.Name+" per run", float64(p.Time)/float64(p.Runs), "ns"),
				figure(p.Name+" runs per exchange at one end", float64(p.Runs)/done.requests/ends, "runs"),
			)
		}
	}
	return b.emptyTime(ctx)
}

// ends of a connection, both on this host.
const ends = 2

func perExchange(ran []bpfstats.Program, done load) float64 {
	var sum time.Duration
	for _, p := range ran {
		sum += p.Time
	}
	return float64(sum) / done.requests / ends
}

// emptyTime is the part of it that the statistics and the calls themselves cost.
func (b *bench) emptyTime(ctx context.Context) error {
	cgroup, err := cgroupRoot()
	if err != nil {
		return err
	}
	tap, err := emptytap.Attach(cgroup)
	if err != nil {
		return err
	}
	ran, done, err := b.programsUnderLoad(ctx, tap.IDs())
	if err := errors.Join(err, tap.Close()); err != nil {
		return err
	}
	b.add(figure("of it with empty programs at the same hooks", perExchange(ran, done), "ns"))
	return nil
}

// programsUnderLoad is how often, and how long, programs ran while wrk did.
func (b *bench) programsUnderLoad(ctx context.Context, ids []uint32) ([]bpfstats.Program, load, error) {
	before, err := bpfstats.Of(ids)
	if err != nil {
		return nil, load{}, err
	}
	done, err := b.wrk(ctx)
	if err != nil {
		return nil, load{}, err
	}
	after, err := bpfstats.Of(ids)
	if err != nil {
		return nil, load{}, err
	}
	for i := range after {
		after[i].Runs -= before[i].Runs
		after[i].Time -= before[i].Time
	}
	return after, done, nil
}
