package main

import (
	"context"
	"fmt"
	"time"
)

// calm is how long a collector is left alone before its memory is read.
const calm = 5 * time.Second

// footprint is a collector's memory after its start and with many connections open.
type footprint struct{ started, loaded memory }

// memoryUse: what the receiver adds to the memory of the same collector.
func memoryUse(ctx context.Context, b *bench) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	base, err := b.footprint(ctx, without(port))
	if err != nil {
		return err
	}
	ours, err := b.footprint(ctx, plain())
	if err != nil {
		return err
	}
	s := plain()
	s.Options = `{exclude: [{executable: "*/pacer"}]}`
	oneEnd, err := b.footprint(ctx, s)
	if err != nil {
		return err
	}
	open := fmt.Sprintf("%d open connections, both ends here", b.opts.hold)
	b.add(
		figure("memory above the collector without the receiver, "+open, ours.loaded.Resident-base.loaded.Resident, "MiB").against(atMost(40)),
		figure("of it anonymous", ours.loaded.Anonymous-base.loaded.Anonymous, "MiB"),
		figure("of it mapped files and the ring (counted twice)", ours.loaded.File-base.loaded.File, "MiB"),
		figure("the same with the client's end excluded", oneEnd.loaded.Resident-base.loaded.Resident, "MiB"),
		figure("peak at start above the collector without the receiver", ours.started.Peak-base.started.Peak, "MiB").against(atMost(64)),
		figure("memory of the collector without the receiver", base.loaded.Resident, "MiB"),
	)
	return nil
}

func (b *bench) footprint(ctx context.Context, s setup) (footprint, error) {
	c, err := b.collect(ctx, s)
	if err != nil {
		return footprint{}, err
	}
	defer c.stop()
	var f footprint
	if err := pause(ctx, time.Second); err != nil {
		return footprint{}, err
	}
	if f.started, err = readMemory(c.pid()); err != nil {
		return footprint{}, err
	}
	held, err := b.hold(ctx, b.opts.hold)
	if err != nil {
		return footprint{}, err
	}
	defer held.stop()
	if err := pause(ctx, calm); err != nil {
		return footprint{}, err
	}
	f.loaded, err = readMemory(c.pid())
	return f, err
}
