package testkit

import (
	"os/exec"
	"strings"
	"testing"
)

// DebianPython is the interpreter that Debian's python3-* packages are for.
const DebianPython = "/usr/bin/python3"

// NeedPython skips the test unless these modules are there.
func NeedPython(t testing.TB, modules ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), DebianPython, "-c", "import "+strings.Join(modules, ","))
	if out, err := cmd.CombinedOutput(); err != nil {
		Without(t, "needs the Python modules %s: %v: %s", strings.Join(modules, ", "), err, out)
	}
}
