package deploy

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

// chart is the part of the values of the upstream chart opentelemetry-collector that is
// used, by the names and with the types that its templates give them.
type chart struct {
	Mode  string `json:"mode"`
	Image struct {
		Repository string `json:"repository"`
		Tag        string `json:"tag"`
	} `json:"image"`
	Command struct {
		Name string `json:"name"`
	} `json:"command"`
	HostNetwork       bool                        `json:"hostNetwork"`
	HostPID           bool                        `json:"hostPID"`
	DNSPolicy         corev1.DNSPolicy            `json:"dnsPolicy"`
	SecurityContext   corev1.SecurityContext      `json:"securityContext"`
	ExtraVolumes      []corev1.Volume             `json:"extraVolumes"`
	ExtraVolumeMounts []corev1.VolumeMount        `json:"extraVolumeMounts"`
	ExtraEnvs         []corev1.EnvVar             `json:"extraEnvs"`
	Resources         corev1.ResourceRequirements `json:"resources"`
	Tolerations       []corev1.Toleration         `json:"tolerations"`
	Rollout           struct {
		Strategy      appsv1.DaemonSetUpdateStrategyType `json:"strategy"`
		RollingUpdate *appsv1.RollingUpdateDaemonSet     `json:"rollingUpdate"`
	} `json:"rollout"`
	ClusterRole struct {
		Create bool                `json:"create"`
		Rules  []rbacv1.PolicyRule `json:"rules"`
	} `json:"clusterRole"`
	Ports map[string]struct {
		Enabled bool `json:"enabled"`
	} `json:"ports"`
	Service struct {
		Enabled bool `json:"enabled"`
	} `json:"service"`
	AlternateConfig map[string]any `json:"alternateConfig"`
}

func helm(t *testing.T) chart {
	t.Helper()
	text, err := os.ReadFile(examples + "/helm/values.yaml")
	require.NoError(t, err)
	return strict[chart](t, text)
}

// TestHelm: the chart is given the node agent of the manifests.
func TestHelm(t *testing.T) {
	values, m := helm(t), render(t, "node-agent")
	pod := m.agent(t).Spec
	otelcol := container(t, pod.Containers, "otelcol")
	assert.Equal(t, "daemonset", values.Mode)
	assert.Equal(t, otelcol.Image, values.Image.Repository+":"+values.Image.Tag)
	assert.Equal(t, pod.HostNetwork, values.HostNetwork)
	assert.Equal(t, pod.HostPID, values.HostPID)
	assert.Equal(t, *otelcol.SecurityContext, values.SecurityContext)
	assert.Equal(t, otelcol.Resources, values.Resources)
	assert.Equal(t, pod.Tolerations, values.Tolerations)
	assert.Subset(t, pod.Volumes, values.ExtraVolumes)
	assert.Subset(t, otelcol.VolumeMounts, values.ExtraVolumeMounts)
	assert.Equal(t, m.daemonSets[0].Spec.UpdateStrategy, appsv1.DaemonSetUpdateStrategy{
		Type: values.Rollout.Strategy, RollingUpdate: values.Rollout.RollingUpdate,
	})
	for name, port := range values.Ports {
		assert.Equal(t, name == "metrics", port.Enabled, name)
	}
}

func isNodeName(e corev1.EnvVar) bool {
	return e.Name == "K8S_NODE_NAME" && e.ValueFrom != nil && e.ValueFrom.FieldRef != nil && e.ValueFrom.FieldRef.FieldPath == "spec.nodeName"
}
