package main

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
)

// ways are the ways to get a span of each request of a server.
type ways struct{ alone, tapped, instrumented load }

// sdk compares the receiver with what an application would do by itself: the
// OpenTelemetry SDK in the same server, which exports to the same collector. One span a request
// either way: the load generator is excluded by rule.
func sdk(ctx context.Context, b *bench) error {
	binary := filepath.Join(b.dir, "sdkserver")
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", binary, ".")
	cmd.Dir = "testdata/apps/sdkserver"
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the server with the SDK: %w: %s", err, out)
	}
	tapped, instrumented := make([]pair, b.opts.pairs), make([]pair, b.opts.pairs)
	given := make(sample, b.opts.pairs)
	for i := range tapped {
		err := b.undisturbed(ctx, func() error {
			w, spans, err := b.everyWay(ctx, binary)
			tapped[i] = pair{w.alone.perSecond, w.tapped.perSecond}
			instrumented[i] = pair{w.alone.perSecond, w.instrumented.perSecond}
			given[i] = spans / max(w.instrumented.requests, 1)
			return err
		})
		if err != nil {
			return err
		}
	}
	before, ours, theirs := withouts(tapped), ratios(tapped), ratios(instrumented)
	b.add(
		figure("requests of a Go server, nothing traced", before.median(), "1/s").within(before),
		figure("throughput kept by it with the receiver", ours.median(), "ratio").within(ours),
		figure("throughput kept by it with the OpenTelemetry SDK in it", theirs.median(), "ratio").within(theirs),
		figure("spans per request that the SDK delivers meanwhile", given.median(), "spans").within(given),
	)
	return nil
}

// everyWay loads the server as it is, as it is beside a collector with the receiver, and with the
// SDK beside a collector that receives OTLP, and tells how many spans that one received.
func (b *bench) everyWay(ctx context.Context, binary string) (w ways, spans float64, err error) {
	if w.alone, err = b.loadGo(ctx, binary, ""); err != nil {
		return w, 0, err
	}
	s := plain()
	s.Options = `{exclude: [{executable: "*/wrk"}]}`
	_, err = b.under(ctx, s, func(*collector) (err error) {
		w.tapped, err = b.loadGo(ctx, binary, "")
		return err
	})
	if err != nil {
		return w, 0, err
	}
	port, err := freePort()
	if err != nil {
		return w, 0, err
	}
	d, err := b.under(ctx, without(port), func(*collector) (err error) {
		w.instrumented, err = b.loadGo(ctx, binary, fmt.Sprintf("http://127.0.0.1:%d/v1/traces", port))
		return err
	})
	return w, d.grown("otelcol_receiver_accepted_spans"), err
}

// loadGo saturates a server that is started for it. An empty otlp is none.
func (b *bench) loadGo(ctx context.Context, binary, otlp string) (load, error) {
	port, err := freePort()
	if err != nil {
		return load{}, err
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	c, err := b.start(binary, "-addr", addr, "-otlp", otlp)
	if err != nil {
		return load{}, err
	}
	defer c.stop()
	err = c.until(ctx, "the server to listen", func() bool {
		conn, err := net.Dial("tcp", addr)
		return err == nil && conn.Close() == nil
	})
	if err != nil {
		return load{}, err
	}
	out, err := b.run(ctx, wrkArgs("http://"+addr+"/", b.opts.conns, b.opts.duration)...)
	if err != nil {
		return load{}, err
	}
	return parseWrk(out)
}
