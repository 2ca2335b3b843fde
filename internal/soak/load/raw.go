package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// raw is a connection over which requests are written by hand.
type raw struct {
	net.Conn
	host    string
	answers *bufio.Reader
}

func dial(ctx context.Context, address string) (*raw, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("parse -url: %w", err)
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &raw{Conn: conn, host: u.Host, answers: bufio.NewReader(conn)}, nil
}

// get sends requests for all paths in one write, and reads the answers.
func (r *raw) get(ctx context.Context, paths ...string) (int, error) {
	if at, ok := ctx.Deadline(); ok {
		if err := r.SetDeadline(at); err != nil {
			return 0, fmt.Errorf("set a deadline: %w", err)
		}
	}
	var b strings.Builder
	for _, path := range paths {
		fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: load\r\n\r\n", path, r.host)
	}
	if _, err := io.WriteString(r, b.String()); err != nil {
		return 0, fmt.Errorf("send %d requests: %w", len(paths), err)
	}
	for done := range paths {
		if err := r.answer(); err != nil {
			return done, err
		}
	}
	return len(paths), nil
}

func (r *raw) answer() error {
	res, err := http.ReadResponse(r.answers, nil)
	if err != nil {
		return fmt.Errorf("read an answer: %w", err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return fmt.Errorf("read a body: %w", err)
	}
	return nil
}

// hold keeps many connections, and uses one after the other.
type hold struct {
	conns []*raw
	path  string
	next  int
}

func newHold(o options) (worker, error) {
	h := &hold{path: o.paths[0]}
	for range o.conns {
		c, err := dial(context.Background(), o.url)
		if err != nil {
			h.close()
			return nil, err
		}
		h.conns = append(h.conns, c)
	}
	return h, nil
}

func (h *hold) tick(ctx context.Context) (int, error) {
	c := h.conns[h.next%len(h.conns)]
	h.next++
	return c.get(ctx, h.path)
}

func (h *hold) close() {
	for _, c := range h.conns {
		_ = c.Close() // nothing is under way
	}
}

// pipeline sends several requests at once.
type pipeline struct {
	hold
	paths []string
}

func newPipeline(o options) (worker, error) {
	c, err := dial(context.Background(), o.url)
	if err != nil {
		return nil, err
	}
	p := &pipeline{hold: hold{conns: []*raw{c}}}
	for i := range o.depth {
		p.paths = append(p.paths, o.paths[i%len(o.paths)])
	}
	return p, nil
}

func (p *pipeline) tick(ctx context.Context) (int, error) { return p.conns[0].get(ctx, p.paths...) }
