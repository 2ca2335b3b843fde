package goruntime

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// variant is a way to build the test program.
type variant struct {
	name  string
	env   []string
	flags []string
	// cgo variants need a C compiler, and are linked by it.
	cgo bool
}

var (
	withDWARF = variant{name: "dwarf", env: []string{"CGO_ENABLED=0"}}
	stripped  = variant{name: "stripped", env: []string{"CGO_ENABLED=0"}, flags: []string{"-ldflags=-s -w"}}
)

// variants are those for amd64 in which g is at fsbase-8.
func variants() []variant {
	return []variant{
		withDWARF, stripped,
		{name: "plain DWARF", env: []string{"CGO_ENABLED=0"}, flags: []string{"-ldflags=-compressdwarf=false"}},
		{name: "pie", env: []string{"CGO_ENABLED=0"}, flags: []string{"-buildmode=pie"}},
		{name: "pie stripped", env: []string{"CGO_ENABLED=0"}, flags: []string{"-buildmode=pie", "-ldflags=-s -w"}},
		{name: "cgo", env: []string{"CGO_ENABLED=1"}, cgo: true},
		{name: "cgo stripped", env: []string{"CGO_ENABLED=1"}, flags: []string{"-ldflags=-s -w"}, cgo: true},
		{name: "cgo pie", env: []string{"CGO_ENABLED=1"}, flags: []string{"-buildmode=pie"}, cgo: true},
	}
}

// program builds the test program; it goes with the test.
func program(t testing.TB, v variant) string {
	t.Helper()
	testkit.Need(t, "go")
	if v.cgo {
		testkit.Need(t, "gcc")
	}
	exe := filepath.Join(t.TempDir(), "blocked")
	args := append([]string{"build", "-buildvcs=false", "-o", exe}, v.flags...)
	cmd := exec.CommandContext(t.Context(), "go", append(args, "./testdata/blocked")...)
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOARCH=amd64", "GOOS=linux"), v.env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return exe
}

// read looks into a file.
func read(t testing.TB, name string) (Info, error) {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	stat, err := f.Stat()
	require.NoError(t, err)
	return Read(f, stat.Size())
}
