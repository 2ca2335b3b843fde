// Command quic is a server and a client of QUIC version 1, as golang.org/x/net/quic has it.
//
//	quic -listen host:port -cert file -key file
//	    echoes every stream
//	quic -call host:port -name server -n streams -size bytes
//	    opens one connection, and on it so many streams, one after the other, that each send so
//	    many bytes and read them back; then closes it
//
// The protocol inside is named "echo". Each writes a line to its standard output for every stream.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/net/quic"
)

func main() {
	listen := flag.String("listen", "", "`host:port` to listen on")
	cert := flag.String("cert", "", "certificate `file`, PEM")
	key := flag.String("key", "", "key `file`, PEM")
	target := flag.String("call", "", "`host:port` to call")
	name := flag.String("name", "localhost", "server `name` to ask for")
	n := flag.Int("n", 1, "streams")
	size := flag.Int("size", 100, "bytes of each")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var err error
	if *listen != "" {
		err = serve(ctx, *listen, *cert, *key)
	} else {
		err = call(ctx, *target, *name, *n, *size)
	}
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "quic:", err)
		os.Exit(1)
	}
}

func config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, NextProtos: []string{"echo"}}
}

func serve(ctx context.Context, listen, cert, key string) error {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return err
	}
	c := config()
	c.Certificates = []tls.Certificate{pair}
	endpoint, err := quic.Listen("udp", listen, &quic.Config{TLSConfig: c})
	if err != nil {
		return err
	}
	for {
		conn, err := endpoint.Accept(ctx)
		if err != nil {
			return err
		}
		go echoAll(ctx, conn)
	}
}

func echoAll(ctx context.Context, conn *quic.Conn) {
	defer conn.Close() // the client waits for it
	for {
		stream, err := conn.AcceptStream(ctx)
		if err != nil {
			return
		}
		n, err := io.Copy(stream, stream)
		if err == nil {
			err = stream.Close()
		}
		fmt.Println("served", n, err)
	}
}

var errShort = errors.New("fewer bytes came back")

func call(ctx context.Context, target, name string, n, size int) error {
	c := config()
	c.InsecureSkipVerify, c.ServerName = true, name // the certificate is the test's own
	endpoint, err := quic.Listen("udp", "127.0.0.1:0", nil)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		endpoint.Close(ctx)
	}()
	conn, err := endpoint.Dial(ctx, "udp", target, &quic.Config{TLSConfig: c})
	if err != nil {
		return err
	}
	for range n {
		if err := once(ctx, conn, size); err != nil {
			return err
		}
		fmt.Println("sent", size)
	}
	_ = conn.Close() // both ends may close at once
	return nil
}

func once(ctx context.Context, conn *quic.Conn, size int) error {
	stream, err := conn.NewStream(ctx)
	if err != nil {
		return err
	}
	if _, err := stream.Write(make([]byte, size)); err != nil {
		return err
	}
	stream.CloseWrite()
	back, err := io.Copy(io.Discard, stream)
	if err == nil && back != int64(size) {
		err = errShort
	}
	return err
}
