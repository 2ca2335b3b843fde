package deploytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestExamples: the collector accepts the configurations of the examples, as they are mounted.
func TestExamples(t *testing.T) {
	testkit.Need(t, "go")
	dir := t.TempDir()
	collector := buildCollector(t, dir)
	cgroup := filepath.Join(dir, "cgroup")
	require.NoError(t, os.WriteFile(cgroup, []byte("/host/cgroup/kubepods.slice\n"), 0o600))
	for _, example := range []string{
		"kubernetes/node-agent", "kubernetes/host-network", "kubernetes/interface", "kubernetes/sidecar", "compose", "systemd",
	} {
		t.Run(example, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(testkit.RepoRoot(t), "examples", example, "collector.yaml"))
			require.NoError(t, err)
			config := filepath.Join(t.TempDir(), "collector.yaml")
			settings := strings.ReplaceAll(withoutKubernetes(string(text)), "/run/beyla/cgroup", cgroup)
			require.NoError(t, os.WriteFile(config, []byte(settings), 0o600))
			cmd := exec.CommandContext(t.Context(), collector, "validate", "--config", config)
			cmd.Env = append(cmd.Environ(), "OTLP_ENDPOINT=gateway:4317", "POD_IP=10.1.2.3", "K8S_NODE_NAME=node")
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
		})
	}
}

// withoutKubernetes leaves k8s_attributes out, which the small collector of builder-config.yaml
// does not have; internal/tools/deploy reads that part.
func withoutKubernetes(config string) string {
	section := regexp.MustCompile(`(?m)^  k8s_attributes:\n(    .*\n)+`)
	return strings.ReplaceAll(section.ReplaceAllString(config, ""), "k8s_attributes, ", "")
}

// TestManifests runs the tests of the module that knows Kubernetes' types.
func TestManifests(t *testing.T) {
	testkit.Need(t, "go")
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "./...")
	cmd.Dir = filepath.Join(testkit.RepoRoot(t), "internal", "tools", "deploy")
	cmd.Env = append(cmd.Environ(), "GOFLAGS=-buildvcs=false")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
