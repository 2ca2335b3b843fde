//go:build linux && (amd64 || arm64)

package acceptance

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// captures lists the captures of testdata/captures by name.
func captures(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.pcap", "*.pcapng", "*.pcap.gz"} {
		paths, err := filepath.Glob(testkit.Capture(t, pattern))
		require.NoError(t, err)
		for _, path := range paths {
			names = append(names, filepath.Base(path))
		}
	}
	slices.Sort(names)
	require.NotEmpty(t, names)
	return names
}

// Everything that the receiver says of each capture, down to the times, which
// are the capture's own. Only ids are numbered anew.
func TestGolden(t *testing.T) {
	for _, name := range captures(t) {
		t.Run(name, func(t *testing.T) {
			testkit.Compare(t, name+".yaml", receive(t, testkit.Capture(t, name)))
		})
	}
}

// A golden file whose capture is gone would be compared with nothing.
func TestGoldenHaveCaptures(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(testkit.RepoRoot(t), "testdata", "golden", "*.yaml"))
	require.NoError(t, err)
	var names []string
	for _, path := range paths {
		names = append(names, strings.TrimSuffix(filepath.Base(path), ".yaml"))
	}
	assert.ElementsMatch(t, captures(t), names)
}
