//go:build amd64 || arm64

package main

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// commandVariable makes the test binary the command itself.
const commandVariable = "PREFLIGHT_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

// The command, as an init container would run it.
func TestCommand(t *testing.T) {
	testkit.Root(t)
	testkit.CgroupRoot(t)
	testkit.Need(t, "setpriv")
	self, err := os.Executable()
	require.NoError(t, err)
	for bounding, want := range map[string]int{
		"-all":                              missing,
		"-all,+bpf,+net_admin":              missing, // processes are required
		"-all,+bpf,+net_admin,+perfmon":     works,
		"-all,+bpf,+net_admin,+sys_admin":   works, // an older way to say the same
		"-all,+perfmon,+sys_ptrace,+syslog": missing,
	} {
		cmd := exec.Command("setpriv", "--bounding-set="+bounding, "--inh-caps=-all", self, "-require", "socket,processes")
		cmd.Env = append(os.Environ(), commandVariable+"=yes")
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if want == works {
			require.NoError(t, err, "%s: %s", bounding, out)
		} else {
			require.True(t, errors.As(err, &exit), "%s: %v", bounding, err)
			assert.Equal(t, want, exit.ExitCode(), "%s", out)
			assert.Contains(t, string(out), "required and off: ")
		}
		assert.Contains(t, string(out), "preflight: ")
	}
}
