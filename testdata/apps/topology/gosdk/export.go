package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// record is a span of the SDK's. Ids are hex, as on the wire; a root's parent is all zeros.
type record struct {
	Trace  string `json:"trace"`
	Span   string `json:"span"`
	Parent string `json:"parent"`
	Kind   string `json:"kind"` // "server" or "client"
	Path   string `json:"path"`
}

// exporter writes spans to the standard output.
type exporter struct{}

// ExportSpans implements trace.SpanExporter.
func (exporter) ExportSpans(_ context.Context, spans []trace.ReadOnlySpan) error {
	for _, s := range spans {
		line, err := json.Marshal(record{
			Trace: s.SpanContext().TraceID().String(), Span: s.SpanContext().SpanID().String(),
			Parent: s.Parent().SpanID().String(), Kind: s.SpanKind().String(), Path: path(s),
		})
		if err != nil {
			return fmt.Errorf("encode a span: %w", err)
		}
		say("sdk", string(line))
	}
	return nil
}

// Shutdown implements trace.SpanExporter.
func (exporter) Shutdown(context.Context) error { return nil }

// path is what the request of a span asked for.
func path(s trace.ReadOnlySpan) string {
	for _, a := range s.Attributes() {
		switch a.Key {
		case "url.path":
			return a.Value.AsString()
		case "url.full":
			if u, err := url.Parse(a.Value.AsString()); err == nil {
				return u.Path
			}
		}
	}
	return ""
}

// witness sees requests as they are sent, and tells which span's id they carry.
type witness struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (w witness) RoundTrip(r *http.Request) (*http.Response, error) {
	carried := propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(r.Header))
	if sc := oteltrace.SpanContextFromContext(carried); sc.IsValid() {
		say("remote", sc.SpanID().String()+" "+r.URL.Path)
	}
	return w.RoundTripper.RoundTrip(r)
}
