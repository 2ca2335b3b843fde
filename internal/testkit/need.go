package testkit

import (
	"os"
	"os/exec"
	"testing"
)

// Need skips the test unless every tool is on the PATH.
func Need(t testing.TB, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			Without(t, "needs %s on the PATH", tool)
		}
	}
}

// Root skips the test unless it runs as uid 0, which is what network
// namespaces, cgroups and loading programs take.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		Without(t, "needs root, runs as uid %d", os.Geteuid())
	}
}

// Without ends a test that cannot run here: it skips with the reason, and
// fails instead when CI=true.
func Without(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
