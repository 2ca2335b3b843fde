package deploy

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

func labelsOf(pod *corev1.PodTemplateSpec) labels.Labels { return labels.Set(pod.Labels) }

// TestSidecar: it is one, has nothing of the host but a look at the cgroups, and waits for the
// name of the pod's.
func TestSidecar(t *testing.T) {
	m := render(t, "sidecar")
	require.Len(t, m.deployments, 1)
	pod := m.deployments[0].Spec.Template.Spec
	assert.False(t, pod.HostNetwork || pod.HostPID || pod.HostIPC)
	require.Len(t, pod.InitContainers, 2)
	find, otelcol := &pod.InitContainers[0], &pod.InitContainers[1]
	confined(t, find, nil)
	confined(t, otelcol, all4[:3])
	require.NotNil(t, otelcol.RestartPolicy)
	assert.Equal(t, corev1.ContainerRestartPolicyAlways, *otelcol.RestartPolicy)
	assert.Equal(t, []string{"sh", "/etc/beyla/find-pod-cgroup.sh"}, find.Command)
	assert.Contains(t, m.configs[0].Data, "find-pod-cgroup.sh")
	m.mounted(t, &pod)
}
