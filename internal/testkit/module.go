package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// ModuleApp builds a program of a module of its own: the package at sub of the module at
// testdata/apps/<module>. Like App, it gives the path of its executable and builds what is stale only.
func ModuleApp(t testing.TB, module, sub string) string {
	t.Helper()
	root := RepoRoot(t)
	exe := filepath.Join(root, "dist", "testapps", filepath.FromSlash(module), "bin", filepath.Base(filepath.Join(module, sub)))
	if built(exe) {
		return exe
	}
	Need(t, "go")
	if err := os.MkdirAll(filepath.Dir(exe), 0o755); err != nil {
		t.Fatalf("make a folder for test programs: %v", err)
	}
	unlock, err := lockFile(exe + ".lock")
	if err != nil {
		t.Fatalf("lock test program %s: %v", module, err)
	}
	defer unlock()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", exe, "./"+sub)
	cmd.Dir = filepath.Join(root, "testdata", "apps", filepath.FromSlash(module))
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build test program %s: %v\n%s", module, err, out)
	}
	return exe
}

// AppFile is the path of a file under testdata/apps.
func AppFile(t testing.TB, name ...string) string {
	t.Helper()
	return filepath.Join(append([]string{RepoRoot(t), "testdata", "apps"}, name...)...)
}
