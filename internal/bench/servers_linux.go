package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/bench/pacer"
)

// freePort is a TCP port of 127.0.0.1 that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	return port, nil
}

// server is a running nginx that says "hello".
type server struct {
	*child
	port int
	addr string
}

func (b *bench) serve(ctx context.Context) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(b.dir, "nginx.conf")
	if err := os.WriteFile(config, []byte(nginxConfig(b.dir, port, b.opts.hold+1024)), 0o600); err != nil {
		return nil, fmt.Errorf("write nginx's configuration: %w", err)
	}
	c, err := b.start("nginx", "-p", b.dir, "-e", "stderr", "-c", config)
	if err != nil {
		return nil, err
	}
	s := &server{child: c, port: port, addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	err = c.until(ctx, "nginx to listen", func() bool {
		conn, err := net.Dial("tcp", s.addr)
		return err == nil && conn.Close() == nil
	})
	if err != nil {
		c.stop()
		return nil, err
	}
	return s, nil
}

// wrk saturates the server.
func (b *bench) wrk(ctx context.Context) (load, error) {
	out, err := b.run(ctx, wrkArgs("http://"+b.server.addr+"/", b.opts.conns, b.opts.duration)...)
	if err != nil {
		return load{}, err
	}
	return parseWrk(out)
}

// pace loads the server at a fixed rate; 0: as fast as it answers.
func (b *bench) pace(ctx context.Context, rate float64, conns int, duration time.Duration) (pacer.Report, error) {
	out, err := b.run(ctx, b.paceArgs(rate, conns, duration)...)
	if err != nil {
		return pacer.Report{}, err
	}
	var r pacer.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		return pacer.Report{}, fmt.Errorf("read the paced client's report: %w", err)
	}
	return r, nil
}

func (b *bench) paceArgs(rate float64, conns int, duration time.Duration) []string {
	return []string{
		b.pacer, "-addr", b.server.addr, "-rate", strconv.FormatFloat(rate, 'f', 0, 64),
		"-conns", strconv.Itoa(conns), "-duration", duration.String(),
	}
}

// hold keeps connections open that have carried one exchange each.
func (b *bench) hold(ctx context.Context, conns int) (*child, error) {
	c, err := b.start(b.pacer, "-addr", b.server.addr, "-hold", strconv.Itoa(conns))
	if err != nil {
		return nil, err
	}
	if err := c.says(ctx, `"held"`); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}
