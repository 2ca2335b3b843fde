package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

func serve(ctx context.Context, o options) error {
	srv := &http.Server{
		Addr: o.listen, Handler: logged(os.Stdout, routes()), ReadHeaderTimeout: time.Minute,
		Protocols: new(http.Protocols),
		HTTP2:     &http.HTTP2Config{MaxConcurrentStreams: o.streams},
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetHTTP2(true)
	srv.Protocols.SetUnencryptedHTTP2(true)
	failed := make(chan error, 1)
	go func() {
		if o.cert != "" {
			failed <- srv.ListenAndServeTLS(o.cert, o.key)
			return
		}
		failed <- srv.ListenAndServe()
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", o.listen, err)
	case <-ctx.Done():
		return srv.Close()
	}
}

// served is one request in the server's log.
type served struct {
	Method string `json:"method"`
	Target string `json:"target"`
	Proto  string `json:"proto"`
	Peer   string `json:"peer"`
	Status int    `json:"status"`
	// Sent and Received are bytes of the two bodies.
	Sent     int64 `json:"sent"`
	Received int64 `json:"received"`
	// Aborted is true when the stream was reset, by either side.
	Aborted bool      `json:"aborted,omitempty"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
}

// logged writes a line for every request once next has handled it.
func logged(out io.Writer, next http.Handler) http.Handler {
	var mu sync.Mutex
	lines := json.NewEncoder(out)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted := &counter{ResponseWriter: w, status: http.StatusOK}
		body := &countedBody{ReadCloser: r.Body}
		seen := r.WithContext(r.Context())
		seen.Body = body
		one := served{Method: r.Method, Target: r.RequestURI, Proto: r.Proto, Peer: r.RemoteAddr, Start: time.Now()}
		defer func() {
			panicked := recover()
			one.Status, one.Sent, one.Received, one.End = counted.status, counted.sent, body.n, time.Now()
			one.Aborted = panicked != nil || r.Context().Err() != nil
			mu.Lock()
			_ = lines.Encode(one) // nobody is there to be told
			mu.Unlock()
			if panicked != nil {
				panic(panicked)
			}
		}()
		next.ServeHTTP(counted, seen)
	})
}

// counter notes the status and the body bytes that a handler writes.
type counter struct {
	http.ResponseWriter
	status int
	sent   int64
}

func (c *counter) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.sent += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach Flush.
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
