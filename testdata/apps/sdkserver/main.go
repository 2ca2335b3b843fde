// Command sdkserver says "hello" over HTTP with Go's own server: as it is, or with the
// OpenTelemetry SDK around its handler, as an application would have it (otelhttp, every trace
// sampled, spans exported in batches over OTLP). It is what the receiver is compared with.
//
//	sdkserver -addr 127.0.0.1:8080 [-otlp http://127.0.0.1:4318/v1/traces]
//
// It ends on SIGTERM, after the spans that it still has were exported.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where to `listen`")
	otlp := flag.String("otlp", "", "`URL` that spans are exported to; empty: no SDK")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, *addr, *otlp); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr, otlp string) error {
	var handler http.Handler = http.HandlerFunc(hello)
	if otlp != "" {
		exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(otlp))
		if err != nil {
			return fmt.Errorf("make the exporter: %w", err)
		}
		spans := trace.NewTracerProvider(trace.WithBatcher(exporter))
		defer func() {
			flush, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			_ = spans.Shutdown(flush)
		}()
		handler = otelhttp.NewHandler(handler, "hello",
			otelhttp.WithTracerProvider(spans), otelhttp.WithPropagators(propagation.TraceContext{}))
	}
	server := &http.Server{Addr: addr, Handler: handler}
	done := make(chan error, 1)
	go func() { done <- server.ListenAndServe() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	if err := server.Close(); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }
