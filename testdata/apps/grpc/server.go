package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func serve(ctx context.Context, listen string) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s := &server{report: newReporter(os.Stdout)}
	srv := grpc.NewServer(grpc.UnknownServiceHandler(s.handle), grpc.MaxRecvMsgSize(64<<20))
	defer context.AfterFunc(ctx, srv.Stop)()
	return srv.Serve(l)
}

// record is one call in a log, the server's or the client's.
type record struct {
	Method string `json:"method"`
	// Code is the status as the log's owner has it.
	Code codes.Code `json:"code"`
	// Sent and Received are messages, from the log's owner's side.
	Sent     int       `json:"sent"`
	Received int       `json:"received"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
}

type server struct {
	report *reporter
	next   atomic.Pointer[grpc.ClientConn]
}

// served is a call that is under way.
type served struct {
	grpc.ServerStream
	service, method string
	asked           metadata.MD
	log             record
}

func (s *server) handle(_ any, stream grpc.ServerStream) error {
	full, _ := grpc.MethodFromServerStream(stream)
	c := &served{ServerStream: stream, log: record{Method: full, Start: time.Now()}}
	c.service, c.method, _ = strings.Cut(strings.TrimPrefix(full, "/"), "/")
	c.asked, _ = metadata.FromIncomingContext(stream.Context())
	err := s.answer(c)
	c.log.Code, c.log.End = status.Code(err), time.Now()
	s.report.line(c.log)
	return err
}

func (s *server) answer(c *served) error {
	switch c.service {
	case "kit.Unary", "kit.Client":
		return c.gather(func() error { return nil })
	case "kit.Hop":
		return c.gather(func() error { return s.hop(c) })
	case "kit.Server":
		return c.spread()
	case "kit.Bidi":
		return c.echo()
	case "kit.Fail":
		return c.fail()
	default:
		return status.Error(codes.Unimplemented, "unknown service")
	}
}

// gather reads all messages, does what is to be done, and answers with one as large as the last.
func (c *served) gather(do func() error) error {
	last := new(wrapperspb.BytesValue)
	for {
		in, err := c.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		last = in
	}
	if err := c.wait(); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return c.write(last)
}

func (c *served) spread() error {
	in, err := c.read()
	if err != nil {
		return err
	}
	for range c.number("kit-n") {
		if err := c.wait(); err != nil {
			return err
		}
		if err := c.write(in); err != nil {
			return err
		}
	}
	return nil
}

func (c *served) echo() error {
	for {
		in, err := c.read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := c.wait(); err != nil {
			return err
		}
		if err := c.write(in); err != nil {
			return err
		}
	}
}

func (c *served) fail() error {
	in, err := c.read()
	if err != nil {
		return err
	}
	for range c.number("kit-n") {
		if err := c.write(in); err != nil {
			return err
		}
	}
	code, err := strconv.Atoi(c.method)
	if err != nil {
		return status.Error(codes.InvalidArgument, "no code")
	}
	return status.Error(codes.Code(code), "as asked: 100% of them")
}

// hop calls the next server while this call is in hand.
func (s *server) hop(c *served) error {
	conn := s.next.Load()
	if conn == nil {
		var err error
		conn, err = grpc.NewClient(c.text("kit-next"), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return err
		}
		if !s.next.CompareAndSwap(nil, conn) {
			conn.Close()
			conn = s.next.Load()
		}
	}
	ctx := c.Context()
	if c.text("kit-forward") != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "traceparent", c.text("traceparent"))
	}
	return conn.Invoke(ctx, "/kit.Unary/"+c.method, wrapperspb.Bytes(nil), new(wrapperspb.BytesValue))
}

func (c *served) read() (*wrapperspb.BytesValue, error) {
	in := new(wrapperspb.BytesValue)
	err := c.RecvMsg(in)
	if err == nil {
		c.log.Received++
	}
	return in, err
}

func (c *served) write(m *wrapperspb.BytesValue) error {
	err := c.SendMsg(m)
	if err == nil {
		c.log.Sent++
	}
	return err
}

// wait waits as long as the client asks for.
func (c *served) wait() error {
	pause := time.Duration(c.number("kit-ms")) * time.Millisecond
	select {
	case <-time.After(pause):
		return nil
	case <-c.Context().Done():
		return status.FromContextError(c.Context().Err()).Err()
	}
}

func (c *served) number(key string) int {
	n, _ := strconv.Atoi(c.text(key)) // absent is none
	return n
}

func (c *served) text(key string) string {
	if values := c.asked.Get(key); len(values) > 0 {
		return values[0]
	}
	return ""
}
