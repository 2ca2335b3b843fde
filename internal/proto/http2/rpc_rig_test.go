package http2_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// raw is a codec of bytes, so that nothing has to be generated.
type raw struct{}

func (raw) Name() string                  { return "raw" }
func (raw) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (raw) Unmarshal(b []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), b...)
	return nil
}

// chunk is what one read of the proxy gave.
type chunk struct {
	dir   proto.Dir
	at    int64
	bytes []byte
}

// recording is what passed on one connection, in order.
type recording struct {
	mu     sync.Mutex
	chunks []chunk
	done   sync.WaitGroup
}

func (r *recording) add(dir proto.Dir, b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.chunks = append(r.chunks, chunk{dir, time.Now().UnixNano(), append([]byte(nil), b...)})
}

// relay copies one direction. What it passes on it has recorded before.
func (r *recording) relay(dir proto.Dir, from, to net.Conn) {
	defer r.done.Done()
	buf := make([]byte, 48<<10)
	for {
		n, err := from.Read(buf)
		r.add(dir, buf[:n])
		if _, failed := to.Write(buf[:n]); err != nil || failed != nil {
			_ = from.Close()
			_ = to.Close()
			return
		}
	}
}

// rig is a server of gRPC, a client, and what passed between them.
type rig struct {
	t      testing.TB
	server *grpc.Server
	client *grpc.ClientConn
	lines  []*recording
	proxy  net.Listener
	stop   sync.WaitGroup
}

func newRig(t testing.TB) *rig {
	r := &rig{t: t, server: grpc.NewServer(grpc.ForceServerCodec(raw{}), grpc.MaxRecvMsgSize(8<<20))}
	r.server.RegisterService(&service, nil)
	back, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r.proxy, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r.stop.Go(func() { _ = r.server.Serve(back) })
	r.stop.Go(func() { r.accept(back.Addr().String()) })
	r.client, err = grpc.NewClient("passthrough:///"+r.proxy.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithAuthority("cart.test"), grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{}), grpc.MaxCallRecvMsgSize(8<<20)))
	require.NoError(t, err)
	return r
}

func (r *rig) accept(back string) {
	for {
		in, err := r.proxy.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", back)
		if err != nil {
			_ = in.Close()
			continue
		}
		line := &recording{}
		line.done.Add(2)
		r.lines = append(r.lines, line)
		go line.relay(proto.ToServer, in, out)
		go line.relay(proto.ToClient, out, in)
	}
}

// close ends everything and gives what passed.
func (r *rig) close() []*recording {
	require.NoError(r.t, r.client.Close())
	r.server.Stop()
	_ = r.proxy.Close()
	r.stop.Wait()
	for _, line := range r.lines {
		line.done.Wait()
	}
	return r.lines
}

// service has a method of each kind. What a call asks for stands in its first message.
var service = grpc.ServiceDesc{
	ServiceName: "shop.v1.Cart",
	HandlerType: (*any)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Unary", Handler: answer}},
	Streams: []grpc.StreamDesc{
		{StreamName: "Down", Handler: down, ServerStreams: true},
		{StreamName: "Up", Handler: up, ClientStreams: true},
		{StreamName: "Both", Handler: both, ServerStreams: true, ClientStreams: true},
	},
}

// answer answers "code N" with that code, "wait" when the call is over, everything else with itself.
func answer(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	var in []byte
	if err := decode(&in); err != nil {
		return nil, err
	}
	var code uint32
	if n, _ := fmt.Sscanf(string(in[:min(len(in), 16)]), "code %d", &code); n == 1 {
		return nil, status.Error(codes.Code(code), "as asked, 100 % of it")
	}
	if string(in) == "wait" {
		<-ctx.Done()
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	return &in, nil
}

// down sends as many messages as the request has bytes.
func down(_ any, s grpc.ServerStream) error {
	var in []byte
	if err := s.RecvMsg(&in); err != nil {
		return err
	}
	for i := range in {
		if err := s.SendMsg(&[]byte{byte(i)}); err != nil {
			return err
		}
	}
	return nil
}

// up answers all messages with one.
func up(_ any, s grpc.ServerStream) error {
	var all []byte
	for {
		var in []byte
		if err := s.RecvMsg(&in); errors.Is(err, io.EOF) {
			return s.SendMsg(&all)
		} else if err != nil {
			return err
		}
		all = append(all, in...)
	}
}

// both answers each message with itself.
func both(_ any, s grpc.ServerStream) error {
	for {
		var in []byte
		if err := s.RecvMsg(&in); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := s.SendMsg(&in); err != nil {
			return err
		}
	}
}
