package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// startRate is how many requests a second wait for the collector to see them:
// one every 5 ms.
const startRate = 200

var errNoSpan = errors.New("no span was exported")

// startUp: from the start of the program to the first message that was captured.
func startUp(ctx context.Context, b *bench) error {
	client, err := b.start(b.paceArgs(startRate, 1, time.Minute)...)
	if err != nil {
		return err
	}
	defer client.stop()
	var whole, own sample
	for i := range b.opts.pairs {
		w, o, err := b.firstCapture(ctx, filepath.Join(b.dir, fmt.Sprintf("spans-%d.jsonl", i)))
		if err != nil {
			return err
		}
		whole, own = append(whole, w.Seconds()), append(own, o.Seconds())
	}
	b.add(
		figure("start of the collector to first captured message", whole.median(), "s").against(atMost(.5)).within(whole),
		figure("of it since the collector started its components", own.median(), "s").within(own),
	)
	return nil
}

// firstCapture is how long after its start, and after the start of its
// components, a new collector saw its first request.
func (b *bench) firstCapture(ctx context.Context, file string) (whole, own time.Duration, err error) {
	s := plain()
	s.File = file
	c, err := b.collect(ctx, s)
	if err != nil {
		return 0, 0, err
	}
	defer c.stop()
	var first time.Time
	err = c.until(ctx, "a span", func() bool {
		lines, readErr := os.ReadFile(file)
		if readErr != nil {
			return false // not there yet
		}
		if first, readErr = firstSpan(lines); readErr != nil {
			return false
		}
		return !first.IsZero()
	})
	if err != nil {
		return 0, 0, errors.Join(errNoSpan, err)
	}
	components, err := logged(c.output(), logStarting)
	return first.Sub(c.started), first.Sub(components), err
}
