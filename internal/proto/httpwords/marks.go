package httpwords

import (
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/proto"
)

// Marks gives the marks that a request gives away: to this target, in any form, with
// content of this type.
func (w *Words) Marks(target string, contentType []byte) (m proto.Mark) {
	if w.isOTLP(target, contentType) {
		m |= proto.MarkOTLP
	}
	if isHealthProbe(w.UserAgent) {
		m |= proto.MarkHealthProbe
	}
	return m
}

// isOTLP tells a telemetry export (https://opentelemetry.io/docs/specs/otlp/#otlphttp-request):
// the signal's path, below any prefix, and the format or the exporter's name.
func (w *Words) isOTLP(target string, contentType []byte) bool {
	if isOTLPMethod(target) {
		return true
	}
	if w.Method != "POST" || !isOTLPPath(SplitTarget(target).Path) {
		return false
	}
	media := MediaType(contentType)
	return Is(media, "application/x-protobuf") || Is(media, "application/json") || isExporter(w.UserAgent)
}

// isOTLPMethod tells the same over gRPC
// (https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-request): no other service has this name.
func isOTLPMethod(path string) bool {
	return strings.HasPrefix(path, "/opentelemetry.proto.collector.") && strings.HasSuffix(path, "Service/Export")
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
// AWS, Azure, Envoy, Consul, and Cloudflare, which calls itself a browser.
func isHealthProbe(agent string) bool {
	if agent == "" {
		return false
	}
	if strings.IndexByte("kGEALHC", agent[0]) < 0 {
		return strings.HasPrefix(agent, "Mozilla/5.0 (compatible") && strings.Contains(agent, "Cloudflare-Healthchecks/")
	}
	for _, prefix := range [...]string{
		"kube-probe/", "GoogleHC/", "GoogleStackdriverMonitoring-UptimeChecks", "ELB-HealthChecker/",
		"Amazon-Route53-Health-Check-Service", "Amazon Route 53 Health Check Service", "Load Balancer Agent",
		"HealthCheck/", "Edge Health Probe", "Envoy/HC", "Consul Health Check",
	} {
		if strings.HasPrefix(agent, prefix) {
			return true
		}
	}
	return false
}
