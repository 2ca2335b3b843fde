package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxCaptures keeps the repository, and every module zip made of it, small.
const maxCaptures = 6 << 20

func captureFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(Capture(t, "*.pcap*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func TestCapturesAreDocumentedAndSmall(t *testing.T) {
	readme, err := os.ReadFile(Capture(t, "README.md"))
	require.NoError(t, err)
	counts, err := os.ReadFile(Capture(t, "counts.tsv"))
	require.NoError(t, err)
	// "ethernet-as-raw.pcap, -vlan, ..." stands for its siblings.
	short := regexp.MustCompile(`^ethernet-as-(vlan|qinq|null)\.pcap$`)
	var total int64
	for _, file := range captureFiles(t) {
		name := filepath.Base(file)
		if !short.MatchString(name) {
			assert.Contains(t, string(readme), name, "README.md does not say what it holds")
		}
		assert.Contains(t, string(counts), name+"\t", "counts.tsv is older than the captures")
		info, err := os.Stat(file)
		require.NoError(t, err)
		total += info.Size()
	}
	assert.Less(t, total, int64(maxCaptures))
}

func TestCountsAreWhatTsharkSays(t *testing.T) {
	if testing.Short() {
		t.Skip("asks tshark about every capture, which takes ten seconds")
	}
	Need(t, "tshark", "bash", "awk")
	want, err := os.ReadFile(Capture(t, "counts.tsv"))
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "bash", Capture(t, "count.sh"))
	got, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, strings.Split(string(want), "\n"), strings.Split(string(got), "\n"))
	assert.Len(t, captureFiles(t), strings.Count(string(want), "\n")-1)
}
