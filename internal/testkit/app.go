package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// App builds one of the programs under testdata/apps and gives the path of its
// executable. It is built in place under dist/testapps: the go command itself knows
// when it is fresh, so a second call, also from another test binary, costs no link. A machine
// without that command takes what it was given.
func App(t testing.TB, name string) string {
	t.Helper()
	root := RepoRoot(t)
	exe := filepath.Join(root, "dist", "testapps", filepath.FromSlash(name))
	if built(exe) {
		return exe
	}
	Need(t, "go")
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

// built tells whether a program is there that cannot be built here.
func built(exe string) bool {
	if _, err := exec.LookPath("go"); err == nil {
		return false
	}
	info, err := os.Stat(exe)
	return err == nil && info.Mode().IsRegular()
}
