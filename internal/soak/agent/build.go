package agent

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// Build builds dist/otelcol-beyla from the sources as they are: with the go command alone,
// which knows what is stale, and with the builder where that has never run, or before the
// module's dependencies changed.
func Build(t testing.TB) string {
	t.Helper()
	testkit.Need(t, "go")
	root, exe := testkit.RepoRoot(t), filepath.Join(t.TempDir(), "otelcol-beyla")
	dist := filepath.Join(root, "dist")
	if goBuild(t, dist, ".", exe) == nil {
		return exe
	}
	testkit.Need(t, "make")
	cmd := exec.CommandContext(t.Context(), "make", "build")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v: %s", err, out)
	}
	if err := goBuild(t, dist, ".", exe); err != nil {
		t.Fatal(err)
	}
	return exe
}

// Load builds the client of ../load.
func Load(t testing.TB) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "load")
	if err := goBuild(t, testkit.RepoRoot(t), "./internal/soak/load", exe); err != nil {
		t.Fatal(err)
	}
	return exe
}

func goBuild(t testing.TB, dir, pkg, exe string) error {
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return fmt.Errorf("build %s: %w", pkg, err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", exe, pkg)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", pkg, err, bytes.TrimSpace(out))
	}
	return nil
}
