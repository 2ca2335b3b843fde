package clustertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// patience is how long a loaded machine may take for what takes a second.
const patience = 60 * time.Second

// program builds dist/full/otelcol-beyla from the sources as they are: with the go command alone, which
// knows what is stale, and with the builder where that has never run, or before the manifest or the
// module's dependencies changed.
func program(t *testing.T) string {
	t.Helper()
	testkit.Need(t, "go")
	root, exe := testkit.RepoRoot(t), filepath.Join(t.TempDir(), "otelcol-beyla")
	dist := filepath.Join(root, "dist", "full")
	if fresh(filepath.Join(dist, "components.go"), example(t, "gateway/builder-config.yaml")) {
		if _, err := goBuild(t, dist, exe); err == nil {
			return exe
		}
	}
	testkit.Need(t, "make")
	cmd := exec.CommandContext(t.Context(), "make", "full")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = goBuild(t, dist, exe)
	require.NoError(t, err, "%s", out)
	return exe
}

// fresh tells whether what was made is there and younger than what it is made from.
func fresh(made, from string) bool {
	a, err := os.Stat(made)
	b, other := os.Stat(from)
	return err == nil && other == nil && a.ModTime().After(b.ModTime())
}

// goBuild builds as the builder does.
func goBuild(t *testing.T, dir, exe string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", exe, ".")
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	return cmd.CombinedOutput()
}

// example is the path of a file below examples.
func example(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(testkit.RepoRoot(t), "examples", filepath.FromSlash(name))
}

// collector is a collector that runs, with a folder of its own for what it writes.
type collector struct {
	*testkit.Process
	dir string
}

// startCollector runs the collector with a configuration of the examples and one on top, in which paths
// are relative to the collector's folder. wrap comes before the command line.
func startCollector(t *testing.T, exe, config, onTop string, place testkit.Place, env, wrap []string) *collector {
	t.Helper()
	c := &collector{dir: t.TempDir()}
	top := filepath.Join(c.dir, "top.yaml")
	require.NoError(t, os.WriteFile(top, []byte(onTop), 0o600))
	argv := append(append([]string{}, wrap...), exe, "--config", example(t, config), "--config", top)
	c.Process = testkit.Start(t, testkit.Spec{Args: argv, Env: env, Dir: c.dir, Place: place})
	return c
}

// ready waits for the collector to say that it runs.
func (c *collector) ready(t *testing.T) *collector {
	t.Helper()
	testkit.Poll(t, patience, "the collector to be ready", func() bool {
		return !c.Running() || c.said("Everything is ready")
	})
	require.True(t, c.Running(), "the collector ended: %s", c.Output())
	return c
}

// end stops the collector, and with it flushes what it has.
func (c *collector) end(t *testing.T) {
	t.Helper()
	require.NoError(t, syscall.Kill(c.PID(), syscall.SIGTERM))
	require.NoError(t, c.Wait(t, patience))
}

// spans are those in a file that the collector wrote.
func (c *collector) spans(t *testing.T, file string) testkit.Spans {
	t.Helper()
	return testkit.Flatten(testkit.ReadOTLPFile(t, filepath.Join(c.dir, file)))
}

func (c *collector) said(text string) bool { return strings.Contains(c.Output(), text) }
