package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestConfig(t *testing.T) {
	parse := func(s setup) map[string]any {
		var c map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(s.config(18888)), &c))
		return c
	}
	telemetry := map[string]any{
		"logs": map[string]any{"encoding": "json"},
		"metrics": map[string]any{"readers": []any{map[string]any{"pull": map[string]any{"exporter": map[string]any{
			"prometheus": map[string]any{"host": "127.0.0.1", "port": 18888},
		}}}}},
	}
	assert.Equal(t, map[string]any{
		"receivers": map[string]any{"beyla": map[string]any{"exclude": []any{map[string]any{"executable": "*/wrk"}}}},
		"exporters": map[string]any{"nop": map[string]any{}},
		"service": map[string]any{
			"telemetry": telemetry,
			"pipelines": map[string]any{"traces": map[string]any{"receivers": []any{"beyla"}, "exporters": []any{"nop"}}},
		},
	}, parse(setup{Receiver: "beyla", Options: `{exclude: [{executable: "*/wrk"}]}`}))

	base := parse(without(4318))
	assert.Equal(t, map[string]any{"otlp": map[string]any{"protocols": map[string]any{
		"http": map[string]any{"endpoint": "127.0.0.1:4318"},
	}}}, base["receivers"])

	s := plain()
	s.File = "/tmp/a b/spans.jsonl"
	assert.Equal(t, map[string]any{"file": map[string]any{"path": s.File, "flush_interval": "100ms"}}, parse(s)["exporters"])
}

func TestNginxConfig(t *testing.T) {
	conf := nginxConfig("/tmp/x", 8080, 11024)
	for _, line := range []string{
		"listen 127.0.0.1:8080 ", "worker_connections 11024;", "worker_processes 1;", "access_log off;", `return 200 "hello";`, "pid /tmp/x/nginx.pid;",
	} {
		assert.Contains(t, conf, line)
	}
}

func TestParseOptions(t *testing.T) {
	parse := func(args ...string) (options, error) { return parseOptions(args, "a, b", t.Output()) }
	o, err := parse()
	require.NoError(t, err)
	assert.Equal(t, 5, o.pairs)
	assert.True(t, o.only.MatchString("anything"))

	o, err = parse("-only", "^idle$", "-pairs", "9", "-duration", "10s")
	require.NoError(t, err)
	assert.False(t, o.only.MatchString("idleness"))

	for _, wrong := range [][]string{
		{"-pairs", "0"}, {"-duration", "10ms"}, {"-hold", "-1"}, {"idle"}, {"-only", "("}, {"-unknown"},
	} {
		_, err := parse(wrong...)
		assert.Error(t, err, wrong)
	}
}
