package buildtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// manifest is a stranger's: one gomod line, and a replace that stands in for
// the publication of the module.
const manifest = `
dist:
  module: example.com/collector
  name: collector
  output_path: %[1]s/build
receivers:
  - gomod: github.com/beylareceiver/beylareceiver v0.0.0
    import: github.com/beylareceiver/beylareceiver/receiver/beylareceiver
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/debugexporter v0.165.0
providers:
  - gomod: go.opentelemetry.io/collector/confmap/provider/envprovider v1.71.0
  - gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider v1.71.0
telemetry:
  gomod: go.opentelemetry.io/collector/service v0.165.0
  import: go.opentelemetry.io/collector/service/telemetry/otelconftelemetry
replaces:
  - github.com/beylareceiver/beylareceiver => %[2]s
`

// config has no options for beyla at all.
const config = `
receivers:
  beyla:
exporters:
  debug:
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: [beyla]
      exporters: [debug]
`

func TestCollectorBuiltOutsideTheCheckout(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a collector, which takes a minute or two")
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	env := bareEnvironment(t, filepath.Join(dir, "bin"))
	ocb := buildOCB(t, dir)

	run(t, dir, env, ocb, "--config", write("builder.yaml", fmt.Sprintf(manifest, dir, testkit.RepoRoot(t))))
	collector, settings := filepath.Join(dir, "build", "collector"), write("collector.yaml", config)

	run(t, dir, env, collector, "validate", "--config", settings)
	components := run(t, dir, env, collector, "components")
	assert.Contains(t, components, "name: beyla")

	unknown := write("unknown.yaml", strings.Replace(config, "beyla:\n", "beyla: {captur: 1}\n", 1))
	out, err := command(dir, env, collector, "validate", "--config", unknown).CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "captur")

	t.Run("runs", func(t *testing.T) {
		testkit.Root(t)
		p := testkit.Start(t, testkit.Spec{Args: []string{collector, "--config", settings}, Dir: dir})
		p.WaitOutput(t, "Everything is ready", 20*time.Second)
		assert.True(t, p.Running(), p.Output())
	})
}

// buildOCB builds the builder that internal/tools pins.
func buildOCB(t *testing.T, dir string) string {
	t.Helper()
	ocb := filepath.Join(dir, "ocb")
	run(t, filepath.Join(testkit.RepoRoot(t), "internal", "tools"), os.Environ(),
		"go", "build", "-o", ocb, "go.opentelemetry.io/collector/cmd/builder")
	return ocb
}

// bareEnvironment is the environment of a machine that has Go and nothing else:
// no clang, no C compiler, no git.
func bareEnvironment(t *testing.T, bin string) []string {
	t.Helper()
	root := strings.TrimSpace(run(t, ".", os.Environ(), "go", "env", "GOROOT"))
	require.NoError(t, os.Mkdir(bin, 0o700))
	require.NoError(t, os.Symlink(filepath.Join(root, "bin", "go"), filepath.Join(bin, "go")))
	env := []string{"PATH=" + bin, "GOROOT=" + root, "GOWORK=off"}
	// Where Go keeps what it has downloaded and built is no part of the claim.
	for _, name := range []string{"GOPATH", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOFLAGS"} {
		env = append(env, name+"="+strings.TrimSpace(run(t, ".", os.Environ(), "go", "env", name)))
	}
	for _, name := range []string{"HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"} {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func command(dir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, env
	return cmd
}

// run gives the output of a command that must succeed.
func run(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := command(dir, env, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s\n%s%s", strings.Join(args, " "), out, &stderr)
	return string(out)
}
