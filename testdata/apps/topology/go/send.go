package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
)

// sender sends a request, reads the response to its end and gives its status.
type sender func(*http.Request) (int, error)

func modes() map[string]sender {
	p := &pool{idle: make(map[string][]*conn)}
	return map[string]sender{
		"nethttp": nethttp(),
		"raw":     p.send,
		"child":   inChild(p.send),
		"pool":    inPool(p.send, 4),
	}
}

func nethttp() sender {
	client := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	return func(r *http.Request) (int, error) {
		resp, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, err
	}
}

type result struct {
	status int
	err    error
}

// inChild starts a goroutine for each request.
func inChild(send sender) sender {
	return func(r *http.Request) (int, error) {
		done := make(chan result)
		go func() {
			status, err := send(r)
			done <- result{status, err}
		}()
		got := <-done
		return got.status, got.err
	}
}

// inPool hands requests to a few goroutines.
func inPool(send sender, workers int) sender {
	type job struct {
		r    *http.Request
		done chan result
	}
	jobs := make(chan job)
	for range workers {
		go func() {
			for j := range jobs {
				status, err := send(j.r)
				j.done <- result{status, err}
			}
		}()
	}
	return func(r *http.Request) (int, error) {
		j := job{r, make(chan result)}
		jobs <- j
		got := <-j.done
		return got.status, got.err
	}
}

// pool keeps connections; who takes one writes and reads it itself.
type pool struct {
	mu   sync.Mutex
	idle map[string][]*conn
}

type conn struct {
	net.Conn
	in *bufio.Reader
}

func (p *pool) send(r *http.Request) (int, error) {
	c, err := p.take(r.URL.Host)
	if err != nil {
		return 0, err
	}
	if err := r.Write(c); err != nil {
		c.Close()
		return 0, err
	}
	resp, err := http.ReadResponse(c.in, r)
	if err != nil {
		c.Close()
		return 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		c.Close()
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle[r.URL.Host] = append(p.idle[r.URL.Host], c)
	return resp.StatusCode, nil
}

// take gives the connection that was used last, or dials.
func (p *pool) take(addr string) (*conn, error) {
	p.mu.Lock()
	if n := len(p.idle[addr]); n > 0 {
		c := p.idle[addr][n-1]
		p.idle[addr] = p.idle[addr][:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReader(c)}, nil
}
