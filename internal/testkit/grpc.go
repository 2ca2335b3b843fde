package testkit

import (
	"net"
	"strconv"
	"testing"
	"time"
)

// GRPCServer is testdata/apps/grpc, whose package comment lists its methods, or one that has the same.
type GRPCServer struct {
	*Process
	Addr string
}

// GRPCCall is a call as either end logs it.
type GRPCCall struct {
	Method string `json:"method"`
	Code   int    `json:"code"`
	// Sent and Received are messages, as the end counts them that logs.
	Sent     int       `json:"sent"`
	Received int       `json:"received"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
}

// GRPCJob is what a client is told to do: see testdata/apps/grpc.
type GRPCJob struct {
	Method   string            `json:"method"`
	N        int               `json:"n,omitempty"`
	Streams  int               `json:"streams,omitempty"`
	Messages int               `json:"messages,omitempty"`
	Size     int               `json:"size,omitempty"`
	Pause    int               `json:"pause,omitempty"`
	Stream   bool              `json:"stream,omitempty"`
	Each     bool              `json:"each,omitempty"`
	Deadline int               `json:"deadline,omitempty"`
	Cancel   int               `json:"cancel,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

// GRPCClient is a client that keeps one connection to a server.
type GRPCClient = Commanded[GRPCCall]

// StartGRPCServer starts the one of grpc-go on 127.0.0.1.
func StartGRPCServer(t testing.TB, place Place, env ...string) *GRPCServer {
	t.Helper()
	return startGRPC(t, place, env, ModuleApp(t, "grpc", ""), "-listen")
}

// StartPythonGRPCServer starts the one of grpcio, testdata/apps/python/grpckit.py.
func StartPythonGRPCServer(t testing.TB, place Place, env ...string) *GRPCServer {
	t.Helper()
	NeedPython(t, "grpc")
	return startGRPC(t, place, env, DebianPython, "-u", AppFile(t, "python", "grpckit.py"), "-listen")
}

func startGRPC(t testing.TB, place Place, env []string, args ...string) *GRPCServer {
	t.Helper()
	port := FreePort(t)
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
	return &GRPCServer{Addr: addr, Process: Start(t, Spec{Args: append(args, addr), Env: env, Place: place, TCP: port})}
}

// StartGRPCClient starts the one of grpc-go.
func StartGRPCClient(t testing.TB, addr string, place Place) *GRPCClient {
	t.Helper()
	return &GRPCClient{Process: Start(t, Spec{Args: []string{ModuleApp(t, "grpc", ""), "-call", addr}, Place: place})}
}

// StartPythonGRPCClient starts the one of grpcio.
func StartPythonGRPCClient(t testing.TB, addr string, place Place) *GRPCClient {
	t.Helper()
	NeedPython(t, "grpc")
	return &GRPCClient{Process: Start(t, Spec{
		Args: []string{DebianPython, "-u", AppFile(t, "python", "grpckit.py"), "-call", addr}, Place: place,
	})}
}

// Served are the calls that the server has logged.
func (s *GRPCServer) Served(t testing.TB) []GRPCCall {
	t.Helper()
	return JSONLines[GRPCCall](t, s.Process, `{"method"`)
}
