package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// App builds one of the programs under testdata/apps and gives the path of its
// executable. It is built in place under dist/testapps: the go command itself knows
// when it is fresh, so a second call, also from another test binary, costs no link.
func App(t testing.TB, name string) string {
	t.Helper()
	Need(t, "go")
	root := RepoRoot(t)
	exe := filepath.Join(root, "dist", "testapps", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(exe), 0o755); err != nil {
		t.Fatalf("make a folder for test programs: %v", err)
	}
	unlock, err := lockFile(exe + ".lock")
	if err != nil {
		t.Fatalf("lock test program %s: %v", name, err)
	}
	defer unlock()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", exe, "./testdata/apps/"+name)
	cmd.Dir = root
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build test program %s: %v\n%s", name, err, out)
	}
	return exe
}
