// Command grpc is a server and a client of grpc-go. Both write one JSON line per call to
// their standard output. Messages are BytesValue of the well-known types.
//
//	grpc -listen host:port
//	    kit.Unary/*    one message in, one out, of the same size
//	    kit.Client/*   reads all messages, answers with one
//	    kit.Server/*   reads one message, answers with as many as "kit-n" says, "kit-ms" apart
//	    kit.Bidi/*     answers each message with one of the same size
//	    kit.Fail/c     the status of code c, a number; after a message when "kit-n" is above 0
//	    kit.Hop/*      unary: calls kit.Unary/* of the server in "kit-next" within the handler,
//	                   with the metadata of the trace when "kit-forward" is there
//	    Whatever stands for * is up to the client: it tells calls apart. "kit-ms" makes a handler
//	    wait before it answers, but no longer than the call's deadline.
//
//	grpc -call host:port
//	    makes the calls that its standard input asks for, each line a JSON object as in job, all
//	    over one connection, and prints {"done":n} after the n calls of a line. It ends with its input.
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
	listen := flag.String("listen", "", "`host:port` to listen on")
	target := flag.String("call", "", "`host:port` of the server to call")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, *listen, *target); err != nil {
		fmt.Fprintln(os.Stderr, "grpc:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("needs -listen or -call")

func run(ctx context.Context, listen, target string) error {
	switch {
	case listen != "":
		return serve(ctx, listen)
	case target != "":
		return call(ctx, target, os.Stdin, os.Stdout)
	default:
		return errUsage
	}
}
