package vitals

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Collector is where a collector tells of itself.
type Collector struct {
	// Metrics is the URL of its metrics, Profiles that of its pprof extension.
	Metrics, Profiles string
	client            http.Client
}

// patience is how long a collector may take to answer.
const patience = 10 * time.Second

// Read reads its metrics.
func (c *Collector) Read(ctx context.Context) (m Metrics, err error) {
	err = c.get(ctx, c.Metrics, func(r io.Reader) error {
		m, err = ParseMetrics(r)
		return err
	})
	return m, err
}

// Goroutines counts its goroutines.
func (c *Collector) Goroutines(ctx context.Context) (n int, err error) {
	err = c.get(ctx, c.Profiles+"/debug/pprof/goroutine?debug=1", func(r io.Reader) error {
		line, err := bufio.NewReader(r).ReadString('\n')
		if err != nil {
			return fmt.Errorf("read a profile: %w", err)
		}
		if _, err := fmt.Sscanf(line, "goroutine profile: total %d", &n); err != nil {
			return fmt.Errorf("read a profile: %w: %q", ErrFormat, line)
		}
		return nil
	})
	return n, err
}

// Collect makes it collect its garbage now: what is left of the heap then is in use.
func (c *Collector) Collect(ctx context.Context) error {
	return c.get(ctx, c.Profiles+"/debug/pprof/heap?gc=1", func(r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	})
}

// Close ends the connections to the collector.
func (c *Collector) Close() { c.client.CloseIdleConnections() }

func (c *Collector) get(ctx context.Context, url string, read func(io.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask the collector: %w", err)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the collector: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("ask the collector for %s: %s", url, res.Status)
	}
	return read(res.Body)
}
