package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

// totals is what a load came to.
type totals struct {
	Requests int64 `json:"requests"`
	Bytes    int64 `json:"bytes"`
}

var errStatus = errors.New("answer is not 200")

// load sends exactly total requests over conns connections, each kept by one worker.
func load(ctx context.Context, url string, total, conns int, out io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, bytes atomic.Int64
	var workers sync.WaitGroup
	for range conns {
		workers.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
			defer client.CloseIdleConnections()
			for next.Add(1) <= int64(total) {
				n, err := get(ctx, client, url)
				if err != nil {
					cancel(err)
					return
				}
				bytes.Add(n)
			}
		})
	}
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(totals{Requests: int64(total), Bytes: bytes.Load()})
}

func get(ctx context.Context, client *http.Client, url string) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, fmt.Errorf("make a request: %w", err)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("send a request: %w", err)
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil {
		return 0, fmt.Errorf("read a body: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%w but %d", errStatus, res.StatusCode)
	}
	return n, nil
}
