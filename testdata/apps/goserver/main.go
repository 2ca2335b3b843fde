// Command goserver is an ordinary net/http server for tests to look at from
// outside. It writes one JSON line per request to its standard output.
//
//	/hello          200 "hello\n", Content-Length
//	/chunked?size=  chunked, in pieces of 1 KiB; 3 KiB by default
//	/big?size=      Content-Length and that many bytes; 1 MiB by default
//	/slow?ms=       waits, then as /hello; 100 ms by default
//	/status/{code}  that status, with a short body where one is allowed
//	/100            reads the whole body ("100 Continue" goes out by then) and tells its size;
//	                with ?reject=1 answers 417 without reading
//	/head           Content-Length 12345, for HEAD as well as GET
//	/hop?url=       calls url over a kept connection and passes its answer on
//	/events?n=      n server-sent events, 10 ms apart; 3 by default
//	/upgrade        101 to WebSocket; every text frame is echoed
//	/abort          announces 1000 bytes, sends 100 and closes; with ?rst=1, resets
//	CONNECT h:p     a tunnel to h:p
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8081", "`host:port` to listen on")
	flag.Parse()
	if err := run(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "goserver:", err)
		os.Exit(1)
	}
}

func run(listen string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	srv := &http.Server{
		Addr:              listen,
		Handler:           logged(os.Stdout, routes()),
		ReadHeaderTimeout: time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", listen, err)
	case <-ctx.Done():
		return srv.Close()
	}
}
