package main

import (
	"context"
	"errors"
	"io"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// call makes one call to its end.
type call func(ctx context.Context, conn *grpc.ClientConn, path string) error

func unary(ctx context.Context, conn *grpc.ClientConn, path string) error {
	return conn.Invoke(ctx, path, new(emptypb.Empty), new(emptypb.Empty))
}

func stream(ctx context.Context, conn *grpc.ClientConn, path string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, path)
	if err != nil {
		return err
	}
	for range messages {
		if err := s.SendMsg(new(emptypb.Empty)); err != nil {
			break // what is wrong comes with the next read
		}
		if err := s.RecvMsg(new(emptypb.Empty)); err != nil {
			return err
		}
	}
	if err := s.CloseSend(); err != nil {
		return err
	}
	if err := s.RecvMsg(new(emptypb.Empty)); !errors.Is(err, io.EOF) {
		return errors.Join(errNoEnd, err)
	}
	return nil
}

var errNoEnd = errors.New("the stream did not end well")

// asker keeps one connection to each server.
type asker struct {
	how   call
	conns *sync.Map
}

func newAsker(how call) asker { return asker{how: how, conns: new(sync.Map)} }

// call makes a call and says so when it was answered.
func (a asker) call(ctx context.Context, addr, path string) error {
	known, ok := a.conns.Load(addr)
	if !ok {
		conn, err := grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return err
		}
		if known, ok = a.conns.LoadOrStore(addr, conn); ok {
			conn.Close()
		}
	}
	if err := a.how(ctx, known.(*grpc.ClientConn), path); err != nil {
		return err
	}
	say("sent", path)
	return nil
}
