//go:build linux && (amd64 || arm64)

package tap_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestHost builds what is pure of the BPF sources for the host, with sanitizers,
// and runs their tests: bpf/tests.
func TestHost(t *testing.T) {
	testkit.Need(t, "gcc")
	bpf := filepath.Join(testkit.RepoRoot(t), "bpf")
	for _, name := range []string{"seq_test", "shed_test", "packet_fuzz", "frames_test", "frames_fuzz"} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), name)
			out, err := exec.Command("gcc", "-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas",
				"-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I"+bpf,
				"-o", program, filepath.Join(bpf, "tests", name+".c")).CombinedOutput()
			require.NoError(t, err, "%s", out)
			out, err = exec.Command(program).CombinedOutput()
			require.NoError(t, err, "%s", out)
		})
	}
}
