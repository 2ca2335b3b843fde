package clustertest

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestConfigurations: the collector that the examples of Kubernetes and the gateways are for accepts them, alone and
// on top of one another.
func TestConfigurations(t *testing.T) {
	testkit.Need(t, "go")
	exe := program(t)
	for _, files := range []string{
		"gateway/agent.yaml", "gateway/agent.yaml gateway/kafka-agent.yaml",
		"gateway/gateway.yaml", "gateway/gateway.yaml gateway/kafka-gateway.yaml", "kubernetes/gateway/collector.yaml",
		"kubernetes/node-agent/collector.yaml", "kubernetes/node-agent/collector.yaml kubernetes/components/load-balancing/load-balancing.yaml",
		"kubernetes/host-network/collector.yaml", "kubernetes/host-network/collector.yaml kubernetes/components/load-balancing/load-balancing.yaml",
		"kubernetes/interface/collector.yaml", "kubernetes/interface/collector.yaml kubernetes/components/load-balancing/load-balancing.yaml",
	} {
		t.Run(strings.ReplaceAll(files, "/", " "), func(t *testing.T) {
			args := []string{"validate"}
			for _, name := range strings.Fields(files) {
				args = append(args, "--config", example(t, name))
			}
			cmd := exec.CommandContext(t.Context(), exe, args...)
			cmd.Env = append(cmd.Environ(), "OTLP_ENDPOINT=backend:4317", "GATEWAY_HOST=gateway", "KAFKA_BROKER=kafka:9092",
				"POD_IP=10.1.2.3", "POD_NAME=gateway-0", "K8S_NODE_NAME=node")
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
		})
	}
}
