// Command goclient talks HTTP/1.1 to a server in the ways that curl and wrk do not.
//
//	goclient -hold host:port
//	    opens one connection, prints "connected", and for every line of paths on its
//	    standard input sends a GET request for each, back to back in one write, then reads the answers.
//	    It ends with its input.
//	goclient -n total -conns c -url http://host:port/path
//	    sends exactly total requests over c kept connections.
//
// One JSON line per answer, or one at the end, goes to the standard output.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	addr := flag.String("hold", "", "`host:port` to hold one connection to")
	url := flag.String("url", "", "`URL` to load")
	total := flag.Int("n", 1, "how many requests to send to the URL")
	conns := flag.Int("conns", 1, "how many connections to use")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, *addr, *url, *total, *conns); err != nil {
		fmt.Fprintln(os.Stderr, "goclient:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("needs -hold or -url")

func run(ctx context.Context, addr, url string, total, conns int) error {
	switch {
	case addr != "":
		return hold(ctx, addr, os.Stdin, os.Stdout)
	case url != "":
		return load(ctx, url, total, conns, os.Stdout)
	default:
		return errUsage
	}
}
