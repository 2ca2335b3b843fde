package otlpsink

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Count is how many spans of one server's exchanges came, by end.
type Count struct {
	Server, Client, Other int64
}

// Total is all of them.
func (c Count) Total() int64 { return c.Server + c.Client + c.Other }

// Sink is a running backend.
type Sink struct {
	// URL is its base, without /v1/traces.
	URL string

	server  *http.Server
	done    chan error
	refuse  atomic.Bool
	refused atomic.Int64

	mu    sync.Mutex
	ports map[int]Count
}

// Listen starts a sink on a free port of 127.0.0.1.
func Listen() (*Sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for spans: %w", err)
	}
	s := &Sink{URL: "http://" + l.Addr().String(), done: make(chan error, 1), ports: make(map[int]Count)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", s.accept)
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.done <- s.server.Serve(l) }()
	return s, nil
}

// Close ends it.
func (s *Sink) Close() error {
	err := s.server.Close()
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		return errors.Join(err, served)
	}
	return err
}

// Refuse makes it answer 503 from now on, or no longer.
func (s *Sink) Refuse(on bool) { s.refuse.Store(on) }

// Refused is how many exports were refused.
func (s *Sink) Refused() int64 { return s.refused.Load() }

// Ports is what came so far, by the server's port.
func (s *Sink) Ports() map[int]Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.ports)
}

// Of is what came so far of one server.
func (s *Sink) Of(port int) Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ports[port]
}

// Total is how many spans came so far.
func (s *Sink) Total() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int64
	for _, c := range s.ports {
		n += c.Total()
	}
	return n
}

func (s *Sink) accept(w http.ResponseWriter, r *http.Request) {
	if s.refuse.Load() {
		s.refused.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var req request
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.count(req)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte("{}")) // who asked may have gone
}

func (s *Sink) count(req request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, rs := range req.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			for _, span := range ss.Spans {
				port := span.port()
				c := s.ports[port]
				switch span.Kind {
				case kindServer:
					c.Server++
				case kindClient:
					c.Client++
				default:
					c.Other++
				}
				s.ports[port] = c
			}
		}
	}
}
