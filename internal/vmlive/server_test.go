package vmlive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// addresses say where a service listens, as "host:port".
type addresses struct {
	HTTP string `json:"http"`
	GRPC string `json:"grpc,omitempty"`
	TLS  string `json:"tls,omitempty"`
	DNS  string `json:"dns,omitempty"`
}

// anywhere is a free port of loopback.
const anywhere = "127.0.0.1:0"

// server speaks everything that is asked of it, each on a port of its own.
func server(ctx context.Context) error {
	var at addresses
	handler := http.NewServeMux()
	handler.HandleFunc("/hello", hello)
	handler.HandleFunc("/echo", echo)
	handler.HandleFunc("/reset", reset)
	handler.HandleFunc("/cut", cut)
	handler.HandleFunc("/chat", chat)
	for _, open := range []func() (string, error){
		func() (_ string, err error) { at.HTTP, err = serveHTTP(handler); return at.HTTP, err },
		func() (_ string, err error) { at.GRPC, err = serveGRPC(); return at.GRPC, err },
		func() (_ string, err error) { at.TLS, err = serveTLS(); return at.TLS, err },
		func() (_ string, err error) { at.DNS, err = serveDNS(); return at.DNS, err },
	} {
		if _, err := open(); err != nil {
			return err
		}
	}
	return await(ctx, at)
}

// front is a service that asks the one behind it, in the goroutine that serves the request, over a
// connection of its own: /hop?ADDRESS.
func front(ctx context.Context) error {
	handler := http.NewServeMux()
	handler.HandleFunc("/lesson", hello)
	handler.HandleFunc("/hop", hop)
	addr, err := serveHTTP(handler)
	if err != nil {
		return err
	}
	return await(ctx, addresses{HTTP: addr})
}

// await says where a service listens, which then works until ctx ends.
func await(ctx context.Context, at addresses) error {
	if err := say(at); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// serveHTTP serves HTTP/1.1, and HTTP/2 in the clear by prior knowledge.
func serveHTTP(handler http.Handler) (addr string, err error) {
	l, err := net.Listen("tcp", anywhere)
	if err != nil {
		return "", fmt.Errorf("serve HTTP: %w", err)
	}
	var both http.Protocols
	both.SetHTTP1(true)
	both.SetUnencryptedHTTP2(true)
	s := &http.Server{Handler: handler, Protocols: &both}
	go s.Serve(l)
	return l.Addr().String(), nil
}

func hello(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprint(w, "hello\n")
}

// echo answers with what it is sent, all of which it reads first.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.Write(body)
}

// reset answers with a reset connection.
func reset(w http.ResponseWriter, _ *http.Request) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetLinger(0) // close sends RST
	}
	c.Close()
}

// cut closes the connection within its answer.
func cut(w http.ResponseWriter, _ *http.Request) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"+strings.Repeat("x", 100))
}

func hop(w http.ResponseWriter, r *http.Request) {
	if err := ask(r.URL.RawQuery, "/hello"); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	hello(w, r)
}

var errStatus = errors.New("unexpected status")

// ask sends a GET request over a connection of its own, from the goroutine that calls.
func ask(addr, target string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, addr); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%w %d", errStatus, resp.StatusCode)
	}
	return nil
}
