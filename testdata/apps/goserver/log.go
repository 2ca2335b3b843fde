package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"sync"
	"time"
)

// line is one request in the log.
type line struct {
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

// logged writes a line for every request that next has handled.
func logged(out io.Writer, next http.Handler) http.Handler {
	var mu sync.Mutex
	lines := json.NewEncoder(out)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		counted := &counter{ResponseWriter: w, status: http.StatusOK}
		body := &countedBody{ReadCloser: r.Body}
		seen := r.WithContext(r.Context()) // net/http looks at the body of its own r once more
		seen.Body = body
		next.ServeHTTP(counted, seen)
		mu.Lock()
		defer mu.Unlock()
		err := lines.Encode(line{
			Method: r.Method, Target: r.RequestURI, Status: counted.status, Sent: counted.sent, Received: body.n,
			Peer: r.RemoteAddr, Millis: float64(time.Since(began).Microseconds()) / 1000,
			Traceparent: r.Header.Get("Traceparent"), RequestID: r.Header.Get("X-Request-ID"),
		})
		if err != nil {
			log.Printf("write the log: %v", err)
		}
	})
}

// counter notes the status and the body bytes that a handler writes.
type counter struct {
	http.ResponseWriter
	status int
	sent   int64
}

func (c *counter) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.sent += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach Flush and Hijack.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// countedBody counts what the handler reads.
type countedBody struct {
	io.ReadCloser
	n int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}
