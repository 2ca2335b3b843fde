package testkit

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// verdict notes how a helper ended the test, and goes on.
type verdict struct {
	testing.TB
	skipped, failed bool
}

func (v *verdict) Helper()               {}
func (v *verdict) Skipf(string, ...any)  { v.skipped = true }
func (v *verdict) Fatalf(string, ...any) { v.failed = true }

func TestWhatIsMissingSkipsAndFailsInCI(t *testing.T) {
	for ci, want := range map[string]verdict{"": {skipped: true}, "true": {failed: true}} {
		t.Setenv("CI", ci)
		var got verdict
		Need(&got, "sh", "no-such-tool-anywhere")
		assert.Equal(t, want, got, "CI=%s", ci)
		got = verdict{}
		Need(&got, "sh")
		assert.Equal(t, verdict{}, got, "CI=%s", ci)
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
