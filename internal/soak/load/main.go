// Command load is a client that sends traffic of one kind at a fixed, moderate rate, and
// knows exactly how many exchanges it made.
//
//	load -kind keep -url http://host:port -paths /a,/b [-parents]   kept connections, one per worker
//	load -kind short ...                                            a connection per request
//	load -kind upload -url ... -size bytes                          POST with a body
//	load -kind pipeline -url ... -depth n                           n requests in one write
//	load -kind hold -url ... -conns n                               n connections; each tick uses the next one
//	load -kind exec -url ...                                        a process of curl per request
//	load -kind udp | tcp -addr host:port                            a DNS query, with a socket of its own
//	load -kind noise -ports n                                       bytes that are no protocol, to listeners of its own
//
// -rate is ticks a second, of all -workers together; 0 is as fast as it goes. -n ends it after
// so many ticks; else it ends with its input. For each line of input, and at the end, it writes a line
// such as {"exchanges":120,"failed":0}. An exchange counts once its answer was read to the end.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// options are what the command line says.
type options struct {
	kind, url, addr    string
	paths              []string
	rate               float64
	workers, conns, n  int
	size, depth, ports int
	parents            bool
	within             time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.kind, "kind", "keep", "`kind` of traffic")
	flag.StringVar(&o.url, "url", "", "`URL` of the server, without a path")
	flag.StringVar(&o.addr, "addr", "", "`host:port` of the DNS server")
	paths := flag.String("paths", "/", "`paths` to ask for in turn, with commas between them")
	flag.Float64Var(&o.rate, "rate", 10, "ticks a second; 0: no pause")
	flag.IntVar(&o.workers, "workers", 1, "how many work at the same time")
	flag.IntVar(&o.conns, "conns", 1, "connections to hold")
	flag.IntVar(&o.n, "n", 0, "end after so many ticks; 0: never")
	flag.IntVar(&o.size, "size", 64<<10, "bytes of an upload")
	flag.IntVar(&o.depth, "depth", 4, "requests of a pipeline")
	flag.IntVar(&o.ports, "ports", 8, "listeners for noise")
	flag.BoolVar(&o.parents, "parents", false, "send a traceparent with each request")
	flag.DurationVar(&o.within, "within", 30*time.Second, "how long an exchange may take")
	flag.Parse()
	o.paths = strings.Split(*paths, ",")
	if err := run(context.Background(), o, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

var errKind = errors.New("no such kind of traffic")

// run sends until the input or the work ends.
func run(ctx context.Context, o options, in io.Reader, out io.Writer) error {
	open, ok := kinds()[o.kind]
	if !ok {
		return fmt.Errorf("%w: %q", errKind, o.kind)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var t tally
	var mu sync.Mutex // lines are written whole
	say := func() error {
		mu.Lock()
		defer mu.Unlock()
		return json.NewEncoder(out).Encode(t.now())
	}
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			_ = say() // who asks may have gone
		}
		stop()
	}()
	if err := work(ctx, o, open, &t); err != nil {
		return err
	}
	return say()
}
