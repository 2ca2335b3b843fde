package vm

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// notToBeHad is matrix.sh's exit code where a kernel cannot be fetched.
const notToBeHad = 3

// TestReceiver: the oldest kernel, without tp_btf, and the newest on the other architecture.
func TestReceiver(t *testing.T) {
	testkit.Need(t, "go", "apt-get", "dpkg-deb", "cpio", "xz", "qemu-system-x86_64", "qemu-system-aarch64")
	for _, row := range []string{"6.1/amd64", "6.12/arm64"} {
		t.Run(row, func(t *testing.T) {
			began := time.Now()
			matrix := exec.CommandContext(t.Context(), filepath.Join(testkit.RepoRoot(t), "internal", "testkit", "vm", "matrix.sh"))
			matrix.Env = append(os.Environ(), "VM_SUITES=vmlive", "VM_ROWS="+row, "VM_TIMEOUT=300")
			out, err := matrix.CombinedOutput()
			var exit *exec.ExitError
			if errors.As(err, &exit) && exit.ExitCode() == notToBeHad {
				testkit.Without(t, "%s", out)
			}
			if err != nil {
				t.Errorf("%v", err)
			}
			t.Logf("%s%v", out, time.Since(began).Round(time.Second))
		})
	}
}
