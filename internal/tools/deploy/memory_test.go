package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// inMemory is where a file of the examples is in a file system that is in memory.
func inMemory(path string) string { return "/" + strings.TrimPrefix(path, "../../../") }

func copyTo(t *testing.T, memory filesys.FileSystem, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return memory.WriteFile(inMemory(path), text)
	}))
}
