package vmlive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// kit is gRPC's health service: a call, and a stream that ends.
type kit struct {
	health.UnimplementedHealthServer
}

// Check knows one service, that of no name.
func (kit) Check(_ context.Context, in *health.HealthCheckRequest) (*health.HealthCheckResponse, error) {
	if in.GetService() != "" {
		return nil, status.Error(codes.NotFound, "no such service")
	}
	return &health.HealthCheckResponse{Status: health.HealthCheckResponse_SERVING}, nil
}

// watched is how many messages a stream has.
const watched = 3

// Watch sends that many, and is over.
func (kit) Watch(_ *health.HealthCheckRequest, out grpc.ServerStreamingServer[health.HealthCheckResponse]) error {
	for range watched {
		if err := out.Send(&health.HealthCheckResponse{Status: health.HealthCheckResponse_SERVING}); err != nil {
			return err
		}
	}
	return nil
}

func serveGRPC() (addr string, err error) {
	l, err := net.Listen("tcp", anywhere)
	if err != nil {
		return "", fmt.Errorf("serve gRPC: %w", err)
	}
	s := grpc.NewServer()
	health.RegisterHealthServer(s, kit{})
	go s.Serve(l)
	return l.Addr().String(), nil
}

// call makes a call that succeeds, one that fails, and one with a stream of answers.
func call(addr string) error {
	c, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer c.Close()
	service := health.NewHealthClient(c)
	if _, err := service.Check(context.Background(), new(health.HealthCheckRequest)); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	_, err = service.Check(context.Background(), &health.HealthCheckRequest{Service: "none"})
	if status.Code(err) != codes.NotFound {
		return fmt.Errorf("check what does not exist: %w", err)
	}
	return watch(service)
}

func watch(service health.HealthClient) error {
	stream, err := service.Watch(context.Background(), new(health.HealthCheckRequest))
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	for {
		_, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("watch: %w", err)
		}
	}
}
