//go:build linux && (amd64 || arm64)

package tap_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// Without privilege the error is one readable sentence that callers can tell;
// with less than all, what works works.
func TestOpenUnprivileged(t *testing.T) {
	testkit.Root(t)
	root := testkit.CgroupRoot(t)
	program := publicCopy(t)
	packets := []uintptr{unix.CAP_BPF, unix.CAP_NET_ADMIN}
	all := []uintptr{unix.CAP_BPF, unix.CAP_NET_ADMIN, unix.CAP_PERFMON}
	for name, c := range map[string]struct {
		capabilities []uintptr
		part         string
		says         []string
	}{
		"none":                   {nil, "open", []string{"no permission: ", "CAP_BPF", "CAP_NET_ADMIN"}},
		"CAP_BPF":                {[]uintptr{unix.CAP_BPF}, "open", []string{"no permission: "}},
		"CAP_NET_ADMIN":          {[]uintptr{unix.CAP_NET_ADMIN}, "open", []string{"no permission: "}},
		"CAP_BPF, CAP_NET_ADMIN": {packets, "open", []string{"opened, owners none, states false, frames true"}},
		"CAP_BPF, CAP_NET_ADMIN, an old kernel": {
			packets, "old", []string{"opened, owners none, states false, frames false"},
		},
		"CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON": {all, "open", []string{"opened, owners ", "states true, frames true"}},
		"CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, an old kernel": {
			all, "old", []string{"opened, owners ", "states true, frames false"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(program)
			cmd.Env = append(os.Environ(), helperVariable+"="+c.part+" "+root)
			cmd.Dir = "/"
			cmd.SysProcAttr = &syscall.SysProcAttr{
				Credential:  &syscall.Credential{Uid: 65534, Gid: 65534},
				AmbientCaps: c.capabilities,
			}
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			for _, want := range c.says {
				require.Contains(t, string(out), want)
			}
			require.Len(t, strings.Split(strings.TrimSpace(string(out)), "\n"), 1, "one sentence: %s", out)
		})
	}
}

// publicCopy is the test binary where every user can run it.
func publicCopy(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	program, err := os.ReadFile(self)
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "beyla-tap")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, "helper")
	require.NoError(t, os.WriteFile(path, program, 0o755))
	return path
}
