// Command pacer sends HTTP/1.1 requests at a fixed rate and measures how long
// the answers take, or holds many connections open.
//
//	pacer -addr host:port -rate 20000 -conns 64 -duration 4s
//	    Open loop: requests are due at fixed times (in bursts, four a millisecond), whether
//	    or not the server keeps up, and each one's latency counts from the moment it was due.
//	    A server that stalls is charged for every request that had to wait for it. Rate 0
//	    sends the next request as soon as a connection is free, to find out the capacity.
//	pacer -addr host:port -hold 10000
//	    Opens that many connections, sends one request over each, and keeps them until its input ends.
//
// One JSON line goes to the standard output: what was measured, or how many
// connections are held.
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/bench/pacer"
)

func main() {
	addr := flag.String("addr", "", "`address:port` of the server")
	rate := flag.Float64("rate", 0, "requests per second; 0: as many as it takes")
	conns := flag.Int("conns", 64, "how many connections to keep")
	duration := flag.Duration("duration", time.Second, "how long to send")
	held := flag.Int("hold", 0, "how many connections to hold open instead")
	flag.Parse()
	if err := run(*addr, *rate, *conns, *duration, *held); err != nil {
		fmt.Fprintln(os.Stderr, "pacer:", err)
		os.Exit(1)
	}
}

func run(addr string, rate float64, conns int, duration time.Duration, held int) error {
	server, err := netip.ParseAddrPort(addr)
	if err != nil {
		return fmt.Errorf("parse -addr: %w", err)
	}
	p, err := pacer.Connect(server, cmp.Or(held, conns))
	if err != nil {
		return err
	}
	defer p.Close()
	if held > 0 {
		return hold(p, held)
	}
	report, err := p.Run(rate, duration)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(report)
}

// hold keeps connections that have carried one exchange each.
func hold(p *pacer.Pacer, n int) error {
	if err := p.Once(); err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]int{"held": n}); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
