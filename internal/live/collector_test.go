package live

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// collector builds dist/otelcol-beyla from the sources as they are: with the
// builder when that has never run, else with the go command alone and the
// builder's flags: it knows what is stale.
func collector(t testing.TB) string {
	t.Helper()
	root := testkit.RepoRoot(t)
	dist := filepath.Join(root, "dist")
	if _, err := os.Stat(filepath.Join(dist, "main.go")); err != nil {
		testkit.Need(t, "make")
		build := exec.CommandContext(t.Context(), "make", "build")
		build.Dir = root
		out, err := build.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	exe := filepath.Join(t.TempDir(), "otelcol-beyla")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", exe, ".")
	build.Dir = dist
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for dir := filepath.Dir(exe); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		require.NoError(t, os.Chmod(dir, 0o755)) // another user runs it, too
	}
	return exe
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

func write(t testing.TB, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

// exported are the spans of a server's address in a file exporter's file.
func exported(t testing.TB, path, addr string) testkit.Spans {
	t.Helper()
	return testkit.Flatten(testkit.ReadOTLPFile(t, path)).Where(of(addr))
}

func TestCollector(t *testing.T) {
	testkit.Root(t)
	testkit.Need(t, "go", "setpriv")
	exe := collector(t)
	t.Run("reload", func(t *testing.T) { reload(t, exe) })
	t.Run("without privilege", func(t *testing.T) { unprivileged(t, exe) })
}

// reload changes the configuration and sends SIGHUP: a new instance in the same
// process works as the new configuration says.
func reload(t *testing.T, exe string) {
	a, b := testkit.StartNginx(t, testkit.NginxOptions{}), testkit.StartNginx(t, testkit.NginxOptions{})
	dir := t.TempDir()
	config, before, after := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "before"), filepath.Join(dir, "after")
	only := func(n *testkit.Nginx) string {
		return "{include: [{ports: [" + n.Addr[strings.LastIndexByte(n.Addr, ':')+1:] + "]}]}"
	}
	write(t, config, settings(only(a), before))
	p := testkit.Start(t, testkit.Spec{Args: []string{exe, "--config", config}})
	ready := func(times int) {
		t.Helper()
		testkit.Poll(t, patience, "the collector to be ready", func() bool {
			return strings.Count(p.Output(), "Everything is ready") == times
		})
	}
	ready(1)
	both := func(spans string, n *testkit.Nginx) {
		t.Helper()
		curl(t, a.URL+"/a", b.URL+"/b")
		testkit.Poll(t, patience, "the spans in the file", func() bool { return len(exported(t, spans, n.Addr)) == 2 })
	}
	both(before, a)
	write(t, config, settings(only(b), after))
	require.NoError(t, syscall.Kill(p.PID(), syscall.SIGHUP))
	ready(2)
	both(after, b)
	require.NoError(t, syscall.Kill(p.PID(), syscall.SIGTERM))
	require.NoError(t, p.Wait(t, patience))

	assert.Len(t, exported(t, before, a.Addr), 2)
	assert.Empty(t, exported(t, before, b.Addr))
	assert.Empty(t, exported(t, after, a.Addr))
	assert.Len(t, exported(t, after, b.Addr), 2)
}

func unprivileged(t *testing.T, exe string) {
	dir, err := os.MkdirTemp("", "live")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o777))
	run := func(t *testing.T, beyla string) *testkit.Process {
		config := filepath.Join(dir, "config.yaml")
		write(t, config, settings(beyla, filepath.Join(dir, "spans")))
		return testkit.Start(t, testkit.Spec{Dir: dir, Args: []string{
			"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", exe, "--config", config,
		}})
	}
	const missing = "missing privilege: the socket source needs CAP_BPF and CAP_NET_ADMIN"
	t.Run("propagate", func(t *testing.T) {
		p := run(t, "")
		require.Error(t, p.Wait(t, patience), "the collector must not run")
		assert.Contains(t, p.Output(), missing)
		assert.NotContains(t, p.Output(), "panic")
		assert.NotContains(t, p.Output(), "goroutine ")
	})
	t.Run("ignore", func(t *testing.T) {
		p := run(t, "{on_error: ignore}")
		p.WaitOutput(t, "Everything is ready", patience)
		assert.Equal(t, 1, strings.Count(p.Output(), missing), p.Output())
		assert.True(t, p.Running(), "the collector stays up")
	})
	t.Run("with the capabilities", func(t *testing.T) {
		n := testkit.StartNginx(t, testkit.NginxOptions{})
		config, spans := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "spans-caps")
		write(t, config, settings("", spans))
		const caps = "+bpf,+net_admin,+perfmon"
		p := testkit.Start(t, testkit.Spec{Dir: dir, Args: []string{
			"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
			"--inh-caps=" + caps, "--ambient-caps=" + caps, "--bounding-set=-all," + caps, exe, "--config", config,
		}})
		p.WaitOutput(t, "Everything is ready", patience)
		x := curl(t, n.URL+"/")[0]
		testkit.Poll(t, patience, "the spans in the file", func() bool { return len(exported(t, spans, n.Addr)) == 2 })
		client := exported(t, spans, n.Addr).Kind("Client").One(t)
		assert.EqualValues(t, x.PID, client.Resource["process.pid"])
		assert.Equal(t, "curl", client.Service)
		began := time.Now()
		require.NoError(t, syscall.Kill(p.PID(), syscall.SIGTERM))
		require.NoError(t, p.Wait(t, patience))
		assert.Less(t, time.Since(began), 5*time.Second)
	})
}
