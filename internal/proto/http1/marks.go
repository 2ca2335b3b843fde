package http1

import (
	"bytes"
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// mark sets the marks that a request's head gives away.
func (x *exchange) mark(contentType []byte) {
	if x.isOTLP(contentType) {
		x.Mark |= proto.MarkOTLP
	}
	if isHealthProbe(x.userAgent) {
		x.Mark |= proto.MarkHealthProbe
	}
}

// isOTLP tells a telemetry export (https://opentelemetry.io/docs/specs/otlp/#otlphttp-request):
// the signal's path, below any prefix, and the format or the exporter's name.
func (x *exchange) isOTLP(contentType []byte) bool {
	if x.method != "POST" || !isOTLPPath(splitTarget(x.target).path) {
		return false
	}
	media, _, _ := bytes.Cut(contentType, []byte{';'})
	media = trim(media)
	return is(media, "application/x-protobuf") || is(media, "application/json") || isExporter(x.userAgent)
}

func isOTLPPath(path string) bool {
	for _, suffix := range [...]string{"/v1/traces", "/v1/metrics", "/v1/logs", "/v1development/profiles"} {
		if strings.HasSuffix(path, suffix) {
			return true
		}
	}
	return false
}

// isExporter knows the names that SDKs ("OTel-OTLP-Exporter-Python/1.38.0",
// "OTel OTLP Exporter Go/1.38.0") and collectors ("OpenTelemetry Collector
// Contrib/0.140.0 (linux/amd64)") give themselves.
func isExporter(agent string) bool {
	for _, prefix := range [...]string{"OTel-OTLP-Exporter-", "OTel OTLP Exporter ", "OpenTelemetry Collector"} {
		if strings.HasPrefix(agent, prefix) {
			return true
		}
	}
	return false
}

// isHealthProbe knows the agents that probers document: kubelet, Google Cloud,
// AWS, Azure, Envoy, Consul, Cloudflare.
func isHealthProbe(agent string) bool {
	for _, prefix := range [...]string{
		"kube-probe/", "GoogleHC/", "GoogleStackdriverMonitoring-UptimeChecks", "ELB-HealthChecker/",
		"Amazon-Route53-Health-Check-Service", "Amazon Route 53 Health Check Service", "Load Balancer Agent",
		"HealthCheck/", "Edge Health Probe", "Envoy/HC", "Consul Health Check",
	} {
		if strings.HasPrefix(agent, prefix) {
			return true
		}
	}
	return strings.Contains(agent, "Cloudflare-Healthchecks/")
}
