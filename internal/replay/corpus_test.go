//go:build amd64 || arm64

package replay

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// corpus lists third-party captures, which lie beside the checkout where they exist.
func corpus(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(testkit.Shared(t) + "/*/*.pcap*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// TestCorpus reads captures that nobody here made, many of them malformed on
// purpose: each is read to its end, and the invariants hold.
func TestCorpus(t *testing.T) {
	for _, f := range corpus(t) {
		t.Run(strings.TrimPrefix(f, "../../../shared/corpus/"), func(t *testing.T) {
			r, err := Open(f, Options{})
			require.NoError(t, err)
			recs, s := drain(t, r)
			require.NoError(t, r.Close())
			require.NotZero(t, s.Packets)
			require.NoError(t, s.FileError)
			switch filepath.Base(f) {
			case "proto255.pcap":
				require.Equal(t, s.Packets, s.Skipped[OtherTransport])
			case "bro.org-filtered.pcap":
				require.Equal(t, s.Packets, s.Empty, "only SYN and FIN were captured")
			default:
				require.NotEmpty(t, recs)
			}
		})
	}
}
