package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
)

// caller sends requests with net/http.
type caller struct {
	client  http.Client
	method  string
	url     string
	paths   []string
	body    []byte
	parents bool
	next    int
}

func newKeep(o options) (worker, error) {
	return &caller{
		client: http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}},
		method: http.MethodGet, url: o.url, paths: o.paths, parents: o.parents,
	}, nil
}

func newShort(o options) (worker, error) {
	return &caller{
		client: http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		method: http.MethodGet, url: o.url, paths: o.paths, parents: o.parents,
	}, nil
}

func newUpload(o options) (worker, error) {
	return &caller{
		client: http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}},
		method: http.MethodPost, url: o.url, paths: o.paths, body: bytes.Repeat([]byte("u"), o.size),
	}, nil
}

func (c *caller) tick(ctx context.Context) (int, error) {
	path := c.paths[c.next%len(c.paths)]
	c.next++
	req, err := http.NewRequestWithContext(ctx, c.method, c.url+path, bytes.NewReader(c.body))
	if err != nil {
		return 0, fmt.Errorf("make a request: %w", err)
	}
	if c.parents {
		var id [24]byte
		_, _ = rand.Read(id[:]) // never fails
		req.Header.Set("Traceparent", fmt.Sprintf("00-%x-%x-01", id[:16], id[16:]))
	}
	res, err := c.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("send a request: %w", err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return 0, fmt.Errorf("read a body: %w", err)
	}
	return 1, nil
}

func (c *caller) close() { c.client.CloseIdleConnections() }
