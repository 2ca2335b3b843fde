package topology

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// sdkApp is testdata/apps/topology/gosdk, a module of its own.
func sdkApp(t testing.TB, _ Run) []string {
	t.Helper()
	testkit.Need(t, "go")
	dir := filepath.Join(testkit.RepoRoot(t), "dist", "testapps", "topology")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatalf("make a folder for test programs: %v", err)
	}
	exe := filepath.Join(dir, "gosdk")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", exe, ".")
	build.Dir = appFile(t, "gosdk")
	build.Env = append(build.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the instrumented service: %v\n%s", err, out)
	}
	return []string{exe}
}

func sdkRows() []Row {
	return []Row{
		{Name: "go-sdk", Services: []Service{
			{Name: "leaf", Command: sdkApp},
			{Name: "two", Command: sdkApp, Next: []string{"leaf", "leaf"}, Background: "leaf"},
			{Name: "one", Command: sdkApp, Next: []string{"two"}, Background: "leaf"},
		}},
		// Services without instrumentation between those that have it.
		{Name: "go-sdk-mixed", Services: []Service{
			goLeaf("leaf"),
			{Name: "four", Command: sdkApp, Next: []string{"leaf"}, Background: "leaf"},
			{
				Name: "three", Command: goApp, Mode: "raw", Next: []string{"four"}, Background: "leaf",
				Forward: []string{"traceparent"},
			},
			{Name: "two", Command: goApp, Mode: "raw", Next: []string{"three"}, Background: "leaf"},
			{Name: "one", Command: sdkApp, Next: []string{"two"}, Background: "leaf"},
		}},
	}
}
