package deploytest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// shipProfile puts the profile of the examples where every user can read it.
func (s *suite) shipProfile(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testkit.RepoRoot(t), "examples", "kubernetes", "seccomp.json"))
	require.NoError(t, err)
	s.shipped = filepath.Join(s.dir, "seccomp.json")
	require.NoError(t, os.WriteFile(s.shipped, text, 0o644))
}

// allowed are the names of system calls that the profile lets through, some with
// certain arguments only.
func (s *suite) allowed(t *testing.T) (names []string) {
	t.Helper()
	text, err := os.ReadFile(s.shipped)
	require.NoError(t, err)
	var profile struct {
		Syscalls []struct {
			Names  []string
			Action string
		}
	}
	require.NoError(t, json.Unmarshal(text, &profile))
	for _, rule := range profile.Syscalls {
		if rule.Action == "SCMP_ACT_ALLOW" {
			names = append(names, rule.Names...)
		}
	}
	return names
}

// systemCalls: what a collector calls while it starts, traces, is reconfigured and
// ends is in the profile, but for one thing that it only tries.
func systemCalls(t *testing.T, s *suite) {
	testkit.Need(t, "strace")
	open := openShop(t)
	trace := filepath.Join(s.dir, "strace")
	exe := filepath.Join(s.dir, "traced")
	script := "#!/bin/sh\nexec strace -f -qq -e signal=none -e trace=all -o " + trace + " " + s.collector + ` "$@"` + "\n"
	require.NoError(t, os.WriteFile(exe, []byte(script), 0o755))
	a := s.start(t, box{caps: executables, exe: exe}, open.rules(t)).ready(t)
	child := a.child(t)
	open.visit(t)
	a.hops(t, open)
	require.NoError(t, syscall.Kill(child, syscall.SIGHUP))
	testkit.Poll(t, patience, "the reload", func() bool { return strings.Count(a.Output(), ready) == 2 })
	require.NoError(t, syscall.Kill(child, syscall.SIGTERM))
	require.NoError(t, a.Wait(t, patience))

	text, err := os.ReadFile(trace)
	require.NoError(t, err)
	called := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		_, rest, _ := strings.Cut(line, " ")
		name, _, found := strings.Cut(strings.TrimLeft(rest, " "), "(")
		// "???" is a call that strace came too late to see: its thread has ended.
		if found && !strings.ContainsAny(name, "<+? ") {
			called[name] = true
		}
	}
	require.Contains(t, called, "bpf", "the trace is one")
	delete(called, "open_by_handle_at") // asks for a cgroup by its number: refused, the folders are walked
	known := s.allowed(t)
	for name := range called {
		assert.True(t, slices.Contains(known, name), "%s is called, and not allowed", name)
	}
}

// child is the process that strace started.
func (a *agent) child(t *testing.T) int {
	t.Helper()
	return int(onlyChild(t, a.PID()))
}
