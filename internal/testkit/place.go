package testkit

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// Place says where a program runs. The zero value is where the test itself runs.
type Place struct {
	// NetNS is the network namespace to run in.
	NetNS *NetNS
	// Cgroup is the cgroup to be a member of from before the first instruction.
	Cgroup *Cgroup
}

// argv wraps a command line so that it runs in the place. Every wrapper execs
// the next one, so the process id of the first is that of the program.
// nsenter rather than "ip netns exec": that one also remounts /sys, and hides the cgroups.
func (p Place) argv(args []string) []string {
	if p.NetNS != nil {
		args = append([]string{"nsenter", "--net=" + p.NetNS.Path(), "--"}, args...)
	}
	if p.Cgroup != nil {
		join := `echo $$ > "$0" && exec "$@"`
		args = append([]string{"sh", "-c", join, p.Cgroup.procs()}, args...)
	}
	return args
}

// Run runs a command to its end and returns its standard output; the test fails
// when the command does.
func (p Place) Run(t testing.TB, args ...string) string {
	t.Helper()
	out, err := p.Try(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Try is Run for commands that may fail. The error carries the standard error.
func (p Place) Try(t testing.TB, args ...string) (string, error) {
	t.Helper()
	argv := p.argv(args)
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("run %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.String(), nil
}
