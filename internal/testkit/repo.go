package testkit

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

var errNoRoot = errors.New("no go.mod above the working directory")

// RepoRoot is the folder of the checkout that the test runs in.
func RepoRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("find the repository: %v", err)
	}
	root, err := moduleRoot(dir)
	if err != nil {
		t.Fatalf("find the repository: %v", err)
	}
	return root
}

// moduleRoot walks up from dir to the folder that holds go.mod.
func moduleRoot(dir string) (string, error) {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errNoRoot
		}
		dir = up
	}
}

// Shared is the folder of third-party captures beside the checkout. They are
// not part of the repository: without them the test is skipped (fails when CI=true).
func Shared(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(RepoRoot(t)), "shared", "corpus")
	if _, err := os.Stat(dir); err != nil {
		Without(t, "needs the third-party captures: %v", err)
	}
	return dir
}

// Capture is the path of a capture under testdata/captures.
func Capture(t testing.TB, name string) string {
	t.Helper()
	return filepath.Join(RepoRoot(t), "testdata", "captures", name)
}
