package agent

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestConfig(t *testing.T) {
	o := Options{
		Cgroup: "/sys/fs/cgroup/a b", Capture: "ring_buffer_mib: 1", Beyla: "dns: {enabled: false}",
		Processors: []string{"memory_limiter: {check_interval: 1s, limit_mib: 20}", "batch: {}"},
		Backend:    "http://127.0.0.1:4318",
	}
	var c map[string]map[string]map[string]any
	var whole map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(o.config(1, 2)), &whole))
	delete(whole, "service")
	text, err := yaml.Marshal(whole)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &c))
	assert.Equal(t, map[string]any{
		"capture": map[string]any{"cgroup_path": "/sys/fs/cgroup/a b", "ring_buffer_mib": 1},
		"dns":     map[string]any{"enabled": false},
	}, c["receivers"]["beyla"])
	assert.Equal(t, map[string]any{"check_interval": "1s", "limit_mib": 20}, c["processors"]["memory_limiter"])
	assert.Equal(t, "http://127.0.0.1:4318", c["exporters"]["otlphttp"]["endpoint"])

	plain := Options{Cgroup: "/g", Spans: "/tmp/spans"}.config(1, 2)
	assert.Contains(t, plain, "receivers: {beyla: {capture: {cgroup_path: \"/g\"}}}\n")
	assert.Contains(t, plain, "processors: []")
	assert.Contains(t, plain, "exporters: [file]")
}
