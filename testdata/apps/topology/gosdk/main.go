// Command gosdk is a service of a topology row, as the package comment of
// internal/topology describes one, that is instrumented with the OpenTelemetry SDK: otelhttp
// around its handler and its client. Each span that the SDK ends is a line "sdk <JSON>" on the
// standard output, see export.go; "remote" lines say which span's id a request carried.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
)

type service struct {
	name, background string
	next             []string
	client           *http.Client
}

func main() {
	spans := trace.NewTracerProvider(trace.WithSyncer(exporter{}))
	sdk := []otelhttp.Option{
		otelhttp.WithTracerProvider(spans), otelhttp.WithPropagators(propagation.TraceContext{}),
	}
	s := &service{
		name: os.Getenv("TOPOLOGY_NAME"), background: os.Getenv("TOPOLOGY_BACKGROUND"),
		next: strings.FieldsFunc(os.Getenv("TOPOLOGY_NEXT"), func(r rune) bool { return r == ',' }),
		client: &http.Client{
			Transport: otelhttp.NewTransport(witness{&http.Transport{MaxIdleConnsPerHost: 64}}, sdk...),
		},
	}
	if s.background != "" {
		go s.poll()
	}
	log.Fatal(http.ListenAndServe(os.Getenv("TOPOLOGY_LISTEN"), otelhttp.NewHandler(s, "serve", sdk...)))
}

// ServeHTTP implements http.Handler.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	if strings.HasPrefix(r.URL.Path, "/w/") {
		err = s.work(r.Context(), r.URL.Path)
	}
	say("served", r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	fmt.Fprintln(w, "done")
}

func (s *service) work(ctx context.Context, path string) error {
	if len(s.next) == 0 {
		time.Sleep(2 * time.Millisecond)
	}
	for k, addr := range s.next {
		if err := s.ask(ctx, addr, fmt.Sprintf("%s.%d", path, k+1)); err != nil {
			return err
		}
	}
	return nil
}

var errStatus = errors.New("the answer is not 200")

func (s *service) ask(ctx context.Context, addr, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	say("sent", path)
	if resp.StatusCode != http.StatusOK {
		return errStatus
	}
	return nil
}

// say writes one line, in one write.
func say(what, rest string) { _, _ = os.Stdout.WriteString(what + " " + rest + "\n") }
