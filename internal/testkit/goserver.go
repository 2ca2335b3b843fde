package testkit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"
)

// GoServerOptions shape the server; the zero value is a good one.
type GoServerOptions struct {
	Place Place
	// Address to listen on; 127.0.0.1 by default.
	Address string
	// Port to listen on; a free one by default.
	Port uint16
	// Env is added to the environment (OTEL_SERVICE_NAME and the like).
	Env []string
}

// GoServer is a running testdata/apps/goserver; its package comment lists what it serves.
type GoServer struct {
	*Process
	Addr, URL string
}

// Served is one line of the server's log, written once the handler has returned.
type Served struct {
	Method      string  `json:"method"`
	Target      string  `json:"target"`
	Status      int     `json:"status"`
	Sent        int64   `json:"sent"`
	Received    int64   `json:"received"`
	Peer        string  `json:"peer"`
	Millis      float64 `json:"ms"`
	Traceparent string  `json:"traceparent"`
	RequestID   string  `json:"request_id"`
}

// StartGoServer builds and starts the server.
func StartGoServer(t testing.TB, o GoServerOptions) *GoServer {
	t.Helper()
	if o.Address == "" {
		o.Address = "127.0.0.1"
	}
	if o.Port == 0 {
		o.Port = FreePort(t)
	}
	addr := net.JoinHostPort(o.Address, strconv.Itoa(int(o.Port)))
	return &GoServer{
		Addr: addr, URL: "http://" + addr,
		Process: Start(t, Spec{
			Args: []string{App(t, "goserver"), "-listen", addr}, Env: o.Env, Place: o.Place, TCP: o.Port,
		}),
	}
}

// Served reads what the server has logged so far.
func (s *GoServer) Served(t testing.TB) []Served {
	t.Helper()
	var all []Served
	for lines := bufio.NewScanner(bytes.NewReader(s.out.Bytes())); lines.Scan(); {
		var one Served
		if !bytes.HasPrefix(lines.Bytes(), []byte(`{"method"`)) {
			continue // net/http's own complaints
		}
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatalf("read the go server's log line %q: %v", lines.Text(), err)
		}
		all = append(all, one)
	}
	return all
}

// WaitServed waits until at least count requests have been logged.
func (s *GoServer) WaitServed(t testing.TB, count int, within time.Duration) []Served {
	t.Helper()
	var all []Served
	Poll(t, within, fmt.Sprintf("%d lines in the go server's log", count), func() bool {
		all = s.Served(t)
		return len(all) >= count
	})
	return all
}
