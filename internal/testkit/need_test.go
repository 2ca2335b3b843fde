package testkit

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// verdict notes how a helper ended the test.
type verdict struct {
	testing.TB
	skipped, failed bool
}

func (v *verdict) Helper()               {}
func (v *verdict) Skipf(string, ...any)  { v.skipped = true; runtime.Goexit() }
func (v *verdict) Fatalf(string, ...any) { v.failed = true; runtime.Goexit() }

// need runs Need as a test of its own would, up to where it ends.
func need(tools ...string) verdict {
	var v verdict
	var run sync.WaitGroup
	run.Go(func() { Need(&v, tools...) })
	run.Wait()
	return v
}

func TestWhatIsMissingSkipsAndFailsInCI(t *testing.T) {
	for ci, want := range map[string]verdict{"": {skipped: true}, "true": {failed: true}} {
		t.Setenv("CI", ci)
		assert.Equal(t, want, need("sh", "no-such-tool-anywhere"), "CI=%s", ci)
		assert.Equal(t, verdict{}, need("sh"), "CI=%s", ci)
	}
}

func TestModuleRoot(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	assert.NoError(t, os.MkdirAll(deep, 0o755))
	assert.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o644))
	got, err := moduleRoot(deep)
	assert.NoError(t, err)
	assert.Equal(t, root, got)
	_, err = moduleRoot(string(filepath.Separator))
	assert.ErrorIs(t, err, errNoRoot)
	assert.FileExists(t, filepath.Join(RepoRoot(t), "internal", "testkit", "doc.go"))
}
