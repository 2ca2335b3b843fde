package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// collector is a running dist/otelcol-beyla.
type collector struct {
	*child
	url    string
	client *http.Client
}

// collect starts the collector and waits until it says that it is ready.
func (b *bench) collect(ctx context.Context, s setup) (*collector, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(b.dir, fmt.Sprintf("collector-%d.yaml", port))
	if err := os.WriteFile(config, []byte(s.config(port)), 0o600); err != nil {
		return nil, fmt.Errorf("write the collector's configuration: %w", err)
	}
	c, err := b.start(b.opts.collector, "--config", config)
	if err != nil {
		return nil, err
	}
	if err := c.says(ctx, logReady); err != nil {
		c.stop()
		return nil, err
	}
	return &collector{
		child: c, url: fmt.Sprintf("http://127.0.0.1:%d/metrics", port),
		client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}},
	}, nil
}

// stop ends the collector.
func (c *collector) stop() {
	c.client.CloseIdleConnections()
	c.child.stop()
}

// metrics reads the collector's own metrics.
func (c *collector) metrics(ctx context.Context) (metrics, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, nil)
	if err != nil {
		return nil, fmt.Errorf("read the collector's metrics: %w", err)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read the collector's metrics: %w", err)
	}
	defer res.Body.Close()
	m, err := parseMetrics(res.Body)
	if err != nil {
		return nil, fmt.Errorf("read the collector's metrics: %w", err)
	}
	return m, nil
}

const (
	// settleEvery is longer than the receiver's flush interval.
	settleEvery = 400 * time.Millisecond
	settleTries = 20
	// settled is how many messages of others (this program's own look among
	// them) may come between two looks at a collector at rest.
	settled = 50
)

// rest waits until what the load left in the ring and in batches has been
// worked off, and gives the metrics then.
func (c *collector) rest(ctx context.Context) (metrics, error) {
	before, err := c.metrics(ctx)
	for range settleTries {
		if err != nil {
			return nil, err
		}
		if err := pause(ctx, settleEvery); err != nil {
			return nil, err
		}
		var now metrics
		if now, err = c.metrics(ctx); err == nil &&
			now.sum("received_messages")-before.sum("received_messages") <= settled &&
			now.sum("emitted_spans")-before.sum("emitted_spans") <= settled {
			return now, nil
		}
		before = now
	}
	return before, err
}

// pause waits, or ends early with the context.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
