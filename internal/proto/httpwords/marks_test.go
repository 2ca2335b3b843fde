package httpwords

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

func TestMarks(t *testing.T) {
	for _, tc := range []struct {
		method, target, agent, contentType string
		want                               proto.Mark
	}{
		{"POST", "/v1/traces", "", "application/x-protobuf", proto.MarkOTLP},
		{"POST", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", "", "application/grpc", proto.MarkOTLP},
		{"POST", "/shop.TraceService/Export", "", "application/grpc", 0},
		{"POST", "/v1/metrics", "", "Application/JSON; charset=utf-8", proto.MarkOTLP},
		{"POST", "/otlp/v1/logs?tenant=a", "OTel OTLP Exporter Go/1.38.0", "", proto.MarkOTLP},
		{"POST", "http://otel.test:4318/v1development/profiles", "OpenTelemetry Collector Contrib/0.140.0 (linux/amd64)", "", proto.MarkOTLP},
		{"GET", "/v1/traces", "", "application/json", 0},
		{"POST", "/v1/traces", "curl/8.0", "text/plain", 0},
		{"POST", "/v1/tracesx", "", "application/json", 0},
		{"GET", "/", "kube-probe/1.31+", "", proto.MarkHealthProbe},
		{"GET", "/", "GoogleHC/1.0", "", proto.MarkHealthProbe},
		{"GET", "/", "ELB-HealthChecker/2.0", "", proto.MarkHealthProbe},
		{"GET", "/", "Amazon-Route53-Health-Check-Service (ref 1; report http://amzn.to/1vsZADi)", "", proto.MarkHealthProbe},
		{"GET", "/", "Mozilla/5.0 (compatible;Cloudflare-Healthchecks/1.0;+https://www.cloudflare.com/)", "", proto.MarkHealthProbe},
		{"GET", "/", "Envoy/HC", "", proto.MarkHealthProbe},
		{"GET", "/healthz", "curl/8.0", "", 0},
	} {
		w := Words{Method: tc.method, UserAgent: tc.agent}
		assert.Equal(t, tc.want, w.Marks(tc.target, []byte(tc.contentType)), "%+v", tc)
	}
}
