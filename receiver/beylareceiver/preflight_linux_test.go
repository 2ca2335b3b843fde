//go:build amd64 || arm64

package beylareceiver

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/beylareceiver/beylareceiver/internal/pipeline"
	"github.com/beylareceiver/beylareceiver/internal/preflight"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// restrictedVariable tells this test binary that it runs with few capabilities.
const restrictedVariable = "RECEIVER_TEST_RESTRICTED"

// restricted runs the test again as root with this bounding set only, and
// tells whether that is where it is now.
func restricted(t *testing.T, capabilities string) bool {
	t.Helper()
	if os.Getenv(restrictedVariable) != "" {
		return true
	}
	testkit.Root(t)
	testkit.CgroupRoot(t)
	testkit.Need(t, "setpriv")
	cmd := exec.Command("setpriv", "--bounding-set="+capabilities, "--inh-caps=-all",
		os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), restrictedVariable+"=yes")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: "+t.Name())
	return false
}

// startOnSockets starts a receiver with all defaults.
func startOnSockets(t *testing.T) (*statusHost, *observer.ObservedLogs, error) {
	t.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	set, host := fakeSettings(), newStatusHost()
	set.Logger = zap.New(core)
	r, err := NewFactory().CreateTraces(t.Context(), set, createDefaultConfig(), consumertest.NewNop())
	require.NoError(t, err)
	err = r.Start(t.Context(), host)
	require.NoError(t, r.Shutdown(t.Context()))
	return host, logs, err
}

// reports are the logged reports.
func reports(logs *observer.ObservedLogs) []observer.LoggedEntry {
	return logs.Filter(func(e observer.LoggedEntry) bool { return strings.HasPrefix(e.Message, "preflight: ") }).All()
}

func TestStartWithoutTracing(t *testing.T) {
	if !restricted(t, "-all,+bpf,+net_admin") {
		return
	}
	host, logs, err := startOnSockets(t)
	require.NoError(t, err)
	require.Len(t, reports(logs), 1)
	assert.Equal(t, zapcore.InfoLevel, reports(logs)[0].Level)
	assert.Contains(t, reports(logs)[0].Message, "CAP_PERFMON not effective")
	require.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError}, host.seen())
	got := host.events[0].Attributes().AsRaw()
	assert.Equal(t, []any{"process attribution", "connect times and failed connects"}, got["missing"])
	require.Len(t, got["add"], 1)
	assert.Contains(t, got["add"].([]any)[0], "PERFMON")
	assert.Contains(t, []any{"host", "node_agent", "node_agent_own_network", "node_agent_own_pid"}, got["scenario"])
}

func TestStartWithoutPrivilege(t *testing.T) {
	if !restricted(t, "-all") {
		return
	}
	host, logs, err := startOnSockets(t)
	require.ErrorContains(t, err, "missing privilege: ")
	require.ErrorContains(t, err, "(unprivileged; add: ")
	require.ErrorContains(t, err, "NET_ADMIN")
	assert.NotContains(t, err.Error(), "\n", "one readable sentence")
	require.Len(t, reports(logs), 1)
	assert.Equal(t, zapcore.WarnLevel, reports(logs)[0].Level)
	assert.Empty(t, host.seen(), "the error says it")
}

// report of a host where these features are off.
func reportWithout(scenario preflight.Scenario, off ...preflight.FeatureName) *preflight.Report {
	r := &preflight.Report{Scenario: scenario}
	for _, name := range preflight.FeatureNames() {
		f := preflight.Feature{Name: name, On: true}
		for _, o := range off {
			if o == name {
				f.On, f.Reason = false, "why"
			}
		}
		r.Features = append(r.Features, f)
	}
	return r
}

// What is off counts as missing only when the configuration asks for it.
func TestLessThanAsked(t *testing.T) {
	ask := func(threads bool, cgroup string) *pipelineEngine {
		p := &pipelineEngine{cfg: pipeline.Config{}}
		p.cfg.Correlate.Threads, p.cfg.Tap.CgroupPath = threads, cgroup
		return p
	}
	const rest, threads = "works without the rest of the host: why", "works without parents by thread: why"
	for name, c := range map[string]struct {
		engine *pipelineEngine
		report *preflight.Report
		want   string
	}{
		"nothing":               {ask(true, ""), reportWithout(preflight.OnHost), ""},
		"what nobody asked for": {ask(true, ""), reportWithout(preflight.NodeAgentOwnPID, preflight.Interface, preflight.Executables), ""},
		"a subtree":             {ask(true, ""), reportWithout(preflight.Sidecar, preflight.WholeHost), rest},
		"a subtree, asked for":  {ask(true, "/x"), reportWithout(preflight.Sidecar, preflight.WholeHost), ""},
		"threads":               {ask(true, ""), reportWithout(preflight.OnHost, preflight.Parents), threads},
		"threads, not asked":    {ask(false, ""), reportWithout(preflight.OnHost, preflight.Parents), ""},
		"threads for want of processes": {
			ask(true, ""), reportWithout(preflight.OnHost, preflight.Parents, preflight.Processes), "",
		},
		"both": {ask(true, ""), reportWithout(preflight.Sidecar, preflight.Parents, preflight.WholeHost), rest + "\n" + threads},
	} {
		h := c.engine.lessThanAsked(health{}, c.report)
		assert.Equal(t, string(c.report.Scenario), h.Scenario, name)
		if c.want == "" {
			assert.Empty(t, h.Missing, name)
			assert.NoError(t, h.Err, name)
			continue
		}
		require.EqualError(t, h.Err, c.want, name)
		assert.Len(t, h.Missing, strings.Count(c.want, "\n")+1, name)
	}
	before := health{Err: errors.New("no owners"), Missing: []string{"process attribution"}}
	h := ask(true, "").lessThanAsked(before, reportWithout(preflight.Sidecar, preflight.WholeHost))
	assert.Equal(t, []string{"process attribution", "the rest of the host"}, h.Missing)
	require.EqualError(t, h.Err, "no owners\n"+rest)
}

func TestStatusAttributes(t *testing.T) {
	got := attributes(health{Missing: []string{"a"}, Scenario: "sidecar", Add: []string{"x", "y"}}).AsRaw()
	assert.Equal(t, map[string]any{"missing": []any{"a"}, "scenario": "sidecar", "add": []any{"x", "y"}}, got)
	assert.Equal(t, map[string]any{"missing": []any{}, "add": []any{}}, attributes(health{}).AsRaw())
}
