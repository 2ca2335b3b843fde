package deploytest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// patience is how long a loaded machine may take for what takes a second.
const patience = 30 * time.Second

const ready = "Everything is ready"

// suite is what the tests share: programs built once, where every user may run them.
type suite struct {
	dir string
	// collector and confine are the paths of the programs.
	collector, confine string
	// shipped is the system call filter of the examples.
	shipped string
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	testkit.Root(t)
	testkit.Need(t, "go", "curl", "nginx", "setpriv", "unshare", "nsenter")
	dir, err := os.MkdirTemp("", "deploytest")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755))
	tools := filepath.Join(testkit.RepoRoot(t), "internal", "tools", "deploy")
	s := &suite{
		dir:       dir,
		collector: buildCollector(t, dir),
		confine:   build(t, tools, "./confine", filepath.Join(dir, "confine")),
	}
	s.shipProfile(t)
	return s
}

// buildCollector builds dist/otelcol-beyla from the sources as they are: with the go command
// alone, which knows what is stale, and with the builder where that has never run, or
// before the module's dependencies changed.
func buildCollector(t *testing.T, dir string) string {
	t.Helper()
	root, exe := testkit.RepoRoot(t), filepath.Join(dir, "otelcol-beyla")
	dist := filepath.Join(root, "dist")
	if _, err := goBuild(t, dist, ".", exe); err == nil {
		return exe
	}
	testkit.Need(t, "make")
	cmd := exec.CommandContext(t.Context(), "make", "build")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return build(t, dist, ".", exe)
}

// build builds a program of the module in dir.
func build(t *testing.T, dir, pkg, exe string) string {
	t.Helper()
	out, err := goBuild(t, dir, pkg, exe)
	require.NoError(t, err, "%s", out)
	return exe
}

func goBuild(t *testing.T, dir, pkg, exe string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", exe, pkg)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	return cmd.CombinedOutput()
}

// settings is a collector's configuration with the given options of beyla.
func settings(beyla, spans string) string {
	return fmt.Sprintf(`
receivers:
  beyla: %s
exporters:
  file: {path: %s, flush_interval: 100ms}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [beyla], exporters: [file]}
`, beyla, spans)
}

// agent is a collector that runs in a box.
type agent struct {
	*testkit.Process
	spans string
}

// start writes the configuration and starts the collector in the box.
func (s *suite) start(t *testing.T, b box, beyla string) *agent {
	t.Helper()
	out, err := os.MkdirTemp(s.dir, "run")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(out, 0o777)) // whoever the box makes of the collector
	a := &agent{spans: filepath.Join(out, "spans")}
	config := filepath.Join(out, "config.yaml")
	require.NoError(t, os.WriteFile(config, []byte(settings(beyla, a.spans)), 0o644))
	exe := b.exe
	if exe == "" {
		exe = s.collector
	}
	argv := b.argv(s, out, exe, "--config", config)
	a.Process = testkit.Start(t, testkit.Spec{Dir: out, Args: argv, Place: testkit.Place{NetNS: b.net, Cgroup: b.cgroup}})
	return a
}

// ready waits for the collector to say that it runs.
func (a *agent) ready(t *testing.T) *agent {
	t.Helper()
	testkit.Poll(t, patience, "the collector to be ready", func() bool { return !a.Running() || a.said(ready) })
	require.True(t, a.Running(), "the collector ended: %s", a.Output())
	return a
}

// at gives the spans of a server's address once there are want of them.
func (a *agent) at(t *testing.T, addr string, want int) testkit.Spans {
	t.Helper()
	_, number, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	port, err := strconv.ParseInt(number, 10, 64)
	require.NoError(t, err)
	var all testkit.Spans
	testkit.Poll(t, patience, fmt.Sprintf("%d spans of %s", want, addr), func() bool {
		all = testkit.Flatten(testkit.ReadOTLPFile(t, a.spans)).Where(func(s testkit.Span) bool {
			return s.Int("server.port") == port || s.Kind == "Client" && s.Int("network.peer.port") == port
		})
		return len(all) >= want
	})
	require.Len(t, all, want, "%s", all)
	return all
}
