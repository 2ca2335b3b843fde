package main

import (
	"context"
	"fmt"
	"os/exec"
)

// process runs curl: a process for every exchange.
type process struct {
	urls []string
	next int
}

func newExec(o options) (worker, error) {
	p := new(process)
	for _, path := range o.paths {
		p.urls = append(p.urls, o.url+path)
	}
	return p, nil
}

func (p *process) tick(ctx context.Context) (int, error) {
	url := p.urls[p.next%len(p.urls)]
	p.next++
	if out, err := exec.CommandContext(ctx, "curl", "--silent", "--show-error", "--output", "/dev/null", url).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("run curl: %w: %s", err, out)
	}
	return 1, nil
}

func (p *process) close() {}
