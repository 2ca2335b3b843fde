package deploy

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// settings is what these tests look at of a collector's configuration; the collector
// itself checks the rest.
type settings struct {
	Receivers  map[string]any `json:"receivers"`
	Exporters  map[string]any `json:"exporters"`
	Processors struct {
		Attributes *attributes `json:"k8s_attributes"`
	} `json:"processors"`
	Extensions struct {
		Health struct {
			Endpoint string `json:"endpoint"`
		} `json:"health_check"`
	} `json:"extensions"`
	Service struct {
		Telemetry struct {
			Metrics struct {
				Readers []struct {
					Pull struct {
						Exporter struct {
							Prometheus struct {
								Host string `json:"host"`
								Port int    `json:"port"`
							} `json:"prometheus"`
						} `json:"exporter"`
					} `json:"pull"`
				} `json:"readers"`
			} `json:"metrics"`
		} `json:"telemetry"`
		Pipelines map[string]struct {
			Processors []string `json:"processors"`
		} `json:"pipelines"`
	} `json:"service"`
}

// attributes is the configuration of k8s_attributes, with the keys that are used.
type attributes struct {
	Auth   string `json:"auth_type"`
	Filter struct {
		Node string `json:"node_from_env_var"`
	} `json:"filter"`
	Extract struct {
		Metadata []string `json:"metadata"`
	} `json:"extract"`
	Association []struct {
		Sources []struct {
			From string `json:"from"`
			Name string `json:"name"`
		} `json:"sources"`
	} `json:"pod_association"`
}

func readSettings(t *testing.T, text []byte) (s settings) {
	t.Helper()
	require.NoError(t, yaml.Unmarshal(text, &s))
	// What is not looked at elsewhere is, here: no key of it is unknown.
	var parts struct {
		Processors map[string]any `json:"processors"`
	}
	require.NoError(t, yaml.Unmarshal(text, &parts))
	if section, ok := parts.Processors["k8s_attributes"]; ok {
		text, err := yaml.Marshal(section)
		require.NoError(t, err)
		strict[attributes](t, text)
	}
	return s
}

// listens are the addresses that a collector listens on.
func (s *settings) listens() []string {
	all := []string{s.Extensions.Health.Endpoint}
	for _, r := range s.Service.Telemetry.Metrics.Readers {
		p := r.Pull.Exporter.Prometheus
		all = append(all, fmt.Sprintf("%s:%d", p.Host, p.Port))
	}
	return slices.DeleteFunc(all, func(a string) bool { return a == "" })
}

// TestPorts is the plan of docs/deployment.md: health_check 13133, metrics 8888, nothing else, on
// localhost unless the address is the pod's own.
func TestPorts(t *testing.T) {
	for path, host := range map[string]string{
		"kubernetes/node-agent":   "${env:POD_IP}",
		"kubernetes/host-network": "127.0.0.1",
		"kubernetes/interface":    "127.0.0.1",
		"systemd":                 "127.0.0.1",
	} {
		s := collector(t, path)
		assert.Equal(t, []string{host + ":13133", host + ":8888"}, s.listens(), path)
		assert.Len(t, s.Receivers, 1, "%s: nothing is received from outside", path)
	}
	side := collector(t, "kubernetes/sidecar")
	assert.Equal(t, []string{"${env:POD_IP}:13133", "127.0.0.1:8888"}, side.listens())
	compose := collector(t, "compose")
	assert.Equal(t, []string{"0.0.0.0:8888"}, compose.listens(), "the container's; compose publishes it on localhost")
}

// collector reads examples/<path>/collector.yaml.
func collector(t *testing.T, path string) settings {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examples, path, "collector.yaml"))
	require.NoError(t, err)
	return readSettings(t, text)
}

// TestAttributes: pods are found by container and pod, never by an address, and only this node's are watched.
func TestAttributes(t *testing.T) {
	values := helm(t)
	config, err := yaml.Marshal(values.AlternateConfig)
	require.NoError(t, err)
	all := map[string]settings{"helm": readSettings(t, config)}
	environment := map[string]bool{"helm K8S_NODE_NAME": slices.ContainsFunc(values.ExtraEnvs, isNodeName)}
	for name, c := range agents {
		if c.packets {
			continue
		}
		m := render(t, name)
		all[name] = readSettings(t, []byte(m.configs[0].Data["collector.yaml"]))
		environment[name+" K8S_NODE_NAME"] = slices.ContainsFunc(container(t, m.agent(t).Spec.Containers, "otelcol").Env, isNodeName)
	}
	for name, s := range all {
		a := s.Processors.Attributes
		require.NotNil(t, a, name)
		assert.Equal(t, "serviceAccount", a.Auth)
		assert.True(t, environment[name+" "+a.Filter.Node], "%s: %s is not set", name, a.Filter.Node)
		var by []string
		for _, one := range a.Association {
			require.Len(t, one.Sources, 1)
			assert.Equal(t, "resource_attribute", one.Sources[0].From)
			by = append(by, one.Sources[0].Name)
		}
		assert.Equal(t, []string{"container.id", "k8s.pod.uid"}, by, name)
		assert.Contains(t, a.Extract.Metadata, "k8s.pod.name")
		for signal, p := range s.Service.Pipelines {
			assert.Equal(t, "memory_limiter", p.Processors[0], "%s %s", name, signal)
			assert.Equal(t, "batch", p.Processors[len(p.Processors)-1], "%s %s", name, signal)
		}
	}
}
