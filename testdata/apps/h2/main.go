// Command h2 is an HTTP/2 server and client of net/http without TLS (h2c, by prior
// knowledge), or with it. Both write one JSON line per request to their standard output.
//
//	h2 -listen host:port [-cert file -key file] [-streams n]
//	    /echo?size=       reads the body, answers with size bytes of DATA, or as many as it read
//	    /trailers         a body and two trailers
//	    /hints            103 Early Hints twice, then 200
//	    /status/{code}    that status, with a short body where one is allowed
//	    /slow?ms=         waits, then answers
//	    /drip?n=&ms=      n pieces, ms apart
//	    /events?n=&ms=    n server-sent events, ms apart
//	    /stall            sends a head and one byte, then waits for the client to go away
//	    /abort            sends a head and one byte, then resets the stream
//	    /hop?url=         calls url over HTTP/2, and passes its answer on
//	  It answers HTTP/1.1, too. -streams is how many streams of a connection it allows.
//
//	h2 -call http://host:port [-name server] [-http1] [-tls12]
//	    sends what its standard input says, each line a JSON object as in job, and prints
//	    {"done":n} after the n requests of a line. It ends with its input. With https
//	    the certificate is not looked at; -http1 speaks HTTP/1.1, -tls12 at most TLS 1.2.
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
	var o options
	flag.StringVar(&o.listen, "listen", "", "`host:port` to listen on")
	flag.StringVar(&o.cert, "cert", "", "certificate `file`, PEM")
	flag.StringVar(&o.key, "key", "", "key `file`, PEM")
	flag.IntVar(&o.streams, "streams", 250, "concurrent streams of a connection")
	flag.StringVar(&o.call, "call", "", "`URL` of the server to call")
	flag.StringVar(&o.name, "name", "", "server `name` of the handshake, if not the URL's host")
	flag.BoolVar(&o.http1, "http1", false, "HTTP/1.1 only")
	flag.BoolVar(&o.tls12, "tls12", false, "TLS 1.2 at most")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "h2:", err)
		os.Exit(1)
	}
}

type options struct {
	listen, cert, key, call, name string
	streams                       int
	http1, tls12                  bool
}

var errUsage = errors.New("needs -listen or -call")

func run(ctx context.Context, o options) error {
	switch {
	case o.listen != "":
		return serve(ctx, o)
	case o.call != "":
		return call(ctx, o, os.Stdin, os.Stdout)
	default:
		return errUsage
	}
}
