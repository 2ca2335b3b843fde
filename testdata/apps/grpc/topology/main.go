// Command topology is a service of a topology row over gRPC, as the package comment of
// internal/topology describes one: the path of a request is the full method of a call.
// TOPOLOGY_MODE says what calls are like:
//
//	unary    one message each way
//	stream   three messages each way, in turn
//
// With -addr it is the load client instead: it knows the flags of testdata/apps/topology/load,
// and makes all its calls over one connection.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	messages        = 3 // of a streaming call, each way
	backgroundEvery = 5 * time.Millisecond
)

func main() {
	addr := flag.String("addr", "", "`host:port` to call, as the load client")
	header := flag.String("header", "", "header to send with each: x-request-id or traceparent")
	concurrency := flag.Int("concurrency", 1, "calls at a time")
	requests := flag.Int("requests", 1, "calls in all")
	flag.Int("pad", 0, "not known here")
	flag.Parse()
	mode, ok := map[string]call{"unary": unary, "stream": stream}[cmp.Or(os.Getenv("TOPOLOGY_MODE"), "unary")]
	if !ok {
		log.Fatalf("unknown TOPOLOGY_MODE %q", os.Getenv("TOPOLOGY_MODE"))
	}
	if *addr != "" {
		l := load{ask: newAsker(mode), addr: *addr, header: *header, requests: int64(*requests)}
		if !l.run(*concurrency) {
			os.Exit(1)
		}
		return
	}
	s := &service{ask: newAsker(mode), next: list("TOPOLOGY_NEXT"), forward: list("TOPOLOGY_FORWARD")}
	go s.background(os.Getenv("TOPOLOGY_BACKGROUND"), os.Getenv("TOPOLOGY_NAME"))
	l, err := net.Listen("tcp", os.Getenv("TOPOLOGY_LISTEN"))
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(grpc.NewServer(grpc.UnknownServiceHandler(s.handle)).Serve(l))
}

func list(key string) []string {
	return strings.FieldsFunc(os.Getenv(key), func(r rune) bool { return r == ',' })
}

type service struct {
	ask           asker
	next, forward []string
}

// handle answers each message with one; the work is done before the first answer.
func (s *service) handle(_ any, stream grpc.ServerStream) error {
	path, _ := grpc.MethodFromServerStream(stream)
	for n := 0; ; n++ {
		message := new(emptypb.Empty)
		switch err := stream.RecvMsg(message); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if n == 0 {
			err := s.work(stream.Context(), path)
			say("served", path)
			if err != nil {
				return err
			}
		}
		if err := stream.SendMsg(message); err != nil {
			return err
		}
	}
}

// work makes the calls that a call for work asks for.
func (s *service) work(ctx context.Context, path string) error {
	if !strings.HasPrefix(path, "/w/") {
		return nil
	}
	if len(s.next) == 0 {
		time.Sleep(2 * time.Millisecond)
	}
	came, _ := metadata.FromIncomingContext(ctx)
	for _, name := range s.forward {
		if values := came.Get(name); len(values) > 0 {
			ctx = metadata.AppendToOutgoingContext(ctx, name, values[0])
		}
	}
	for k, addr := range s.next {
		if err := s.ask.call(ctx, addr, path+"."+strconv.Itoa(k+1)); err != nil {
			return err
		}
	}
	return nil
}

// background makes calls that belong to none that is served, until the input ends.
func (s *service) background(addr, name string) {
	over := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(over)
	}()
	if addr == "" {
		return
	}
	for n := 0; ; n++ {
		select {
		case <-over:
			return
		case <-time.After(backgroundEvery):
		}
		path := "/bg/" + name + "/" + strconv.Itoa(os.Getpid()) + "-" + strconv.Itoa(n)
		if err := s.ask.call(context.Background(), addr, path); err != nil {
			log.Println("background:", err)
		}
	}
}

func say(what, rest string) { _, _ = os.Stdout.WriteString(what + " " + rest + "\n") }
