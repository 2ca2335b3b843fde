package deploytest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestPointers: the tests that the documents name as proof exist, and so do the files that they link to.
func TestPointers(t *testing.T) {
	root := testkit.RepoRoot(t)
	proof := regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for _, name := range []string{
		"docs/deployment.md", "docs/threat-model.md",
		"examples/kubernetes/README.md", "examples/helm/README.md", "examples/compose/README.md", "examples/systemd/README.md",
	} {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		for _, match := range proof.FindAllStringSubmatch(string(text), -1) {
			assert.True(t, hasTest(t, root, match[1], match[2]), "%s names %s.%s", name, match[1], match[2])
		}
		for _, match := range link.FindAllStringSubmatch(string(text), -1) {
			_, err := os.Stat(filepath.Join(root, filepath.Dir(name), match[1]))
			assert.NoError(t, err, "%s links to %s", name, match[1])
		}
	}
}

// hasTest tells whether a package, named as below internal/ or from the top, or one below it has the test.
func hasTest(t *testing.T, root, pkg, test string) (found bool) {
	t.Helper()
	for _, dir := range []string{filepath.Join(root, "internal", pkg), filepath.Join(root, pkg)} {
		_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return nil // one of the two does not exist
			}
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			found = found || strings.Contains(string(text), "\nfunc "+test+"(")
			return nil
		})
	}
	return found
}
