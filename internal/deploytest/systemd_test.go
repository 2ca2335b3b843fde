package deploytest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// TestSystemdUnit: systemd understands the unit, finds it safe, and the collector does
// its work with the capabilities and the system calls that the unit gives it.
func TestSystemdUnit(t *testing.T) {
	testkit.Need(t, "systemd-analyze")
	s := newSuite(t)
	unit := s.readUnit(t)
	var here testkit.Place
	here.Run(t, "systemd-analyze", "verify", "--man=no", unit.path)
	here.Run(t, "systemd-analyze", "security", "--offline=true", "--threshold=30", unit.path)

	require.Equal(t, unit.all("AmbientCapabilities"), unit.all("CapabilityBoundingSet"))
	b := box{uid: nobody, noNewPrivs: true, readOnly: true, profile: s.unitProfile(t, unit)}
	for _, name := range strings.Fields(unit.all("AmbientCapabilities")[0]) {
		b.caps = append(b.caps, strings.ToLower(strings.TrimPrefix(name, "CAP_")))
	}
	open := openShop(t)
	a := s.start(t, b, "{drop_capabilities: true, "+open.rules(t)[1:]).ready(t)
	assert.Contains(t, a.Output(), "capabilities dropped until the next start")
	pid := open.visit(t)
	byExecutable(t, open, a.hops(t, open), pid)
}

// unit is the service of the examples, with this collector in it.
type unit struct{ path, text string }

func (s *suite) readUnit(t *testing.T) unit {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testkit.RepoRoot(t), "examples", "systemd", "otelcol-beyla.service"))
	require.NoError(t, err)
	u := unit{path: filepath.Join(s.dir, "otelcol-beyla.service")}
	u.text = strings.Replace(string(text), "/usr/local/bin/otelcol-beyla", s.collector, 2)
	require.NoError(t, os.WriteFile(u.path, []byte(u.text), 0o644))
	return u
}

// all are the values of a key, in their order.
func (u unit) all(key string) (values []string) {
	for line := range strings.Lines(u.text) {
		if value, ok := strings.CutPrefix(line, key+"="); ok {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}

// unitProfile makes of SystemCallFilter= a profile that this suite can start programs under:
// systemd.exec(5) says how its lines add up.
func (s *suite) unitProfile(t *testing.T, u unit) string {
	t.Helper()
	var names []string
	for i, line := range u.all("SystemCallFilter") {
		denied, deny := strings.CutPrefix(line, "~")
		require.False(t, i == 0 && deny, "the first line says whether it is a list of what is allowed")
		for _, name := range strings.Fields(denied) {
			calls := expand(t, name)
			if !deny {
				names = append(names, calls...)
				continue
			}
			names = slices.DeleteFunc(names, func(n string) bool { return slices.Contains(calls, n) })
		}
	}
	require.Contains(t, names, "bpf")
	require.NotContains(t, names, "ptrace")
	type rule struct {
		Names  []string `json:"names"`
		Action string   `json:"action"`
	}
	text, err := json.Marshal(map[string]any{
		"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []rule{{Names: names, Action: "SCMP_ACT_ALLOW"}},
	})
	require.NoError(t, err)
	path := filepath.Join(s.dir, "systemd.json")
	require.NoError(t, os.WriteFile(path, text, 0o644))
	return path
}

// expand gives the system calls of a group such as @system-service, groups within it, too.
func expand(t *testing.T, name string) (calls []string) {
	t.Helper()
	if !strings.HasPrefix(name, "@") {
		return []string{name}
	}
	var here testkit.Place
	for line := range strings.Lines(here.Run(t, "systemd-analyze", "--no-pager", "syscall-filter", name)) {
		word := strings.TrimSpace(line)
		if word == "" || word == name || strings.HasPrefix(word, "#") {
			continue
		}
		calls = append(calls, expand(t, word)...)
	}
	return calls
}
