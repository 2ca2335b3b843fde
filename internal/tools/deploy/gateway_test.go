package deploy

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/pod-security-admission/api"
	"sigs.k8s.io/yaml"
)

// TestGateway: whatever agents find behind the name is a gateway, which needs no privilege.
func TestGateway(t *testing.T) {
	m := render(t, "gateway")
	require.Len(t, m.deployments, 1)
	require.Len(t, m.services, 1)
	require.Len(t, m.namespaces, 1)
	pod := &m.deployments[0].Spec.Template
	assert.Empty(t, refusals(t, api.LevelRestricted, pod))
	for _, mode := range []string{"enforce", "audit", "warn"} {
		assert.Equal(t, "restricted", m.namespaces[0].Labels["pod-security.kubernetes.io/"+mode])
	}
	assert.False(t, *pod.Spec.AutomountServiceAccountToken)
	m.mounted(t, &pod.Spec)
	otelcol := container(t, pod.Spec.Containers, "otelcol")
	assert.True(t, *otelcol.SecurityContext.ReadOnlyRootFilesystem)
	assert.Equal(t, "registry.example/otelcol-beyla:0.1.0", otelcol.Image)
	for _, p := range []*corev1.Probe{otelcol.StartupProbe, otelcol.LivenessProbe, otelcol.ReadinessProbe} {
		require.NotNil(t, p)
		assert.Equal(t, &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(13133)}, p.HTTPGet)
	}

	service := m.services[0].Spec
	assert.Equal(t, corev1.ClusterIPNone, service.ClusterIP, "one address for all is one gateway for all traces of an agent")
	assert.True(t, labels.SelectorFromSet(service.Selector).Matches(labelsOf(pod)))
	require.Len(t, service.Ports, 1)
	port := slices.IndexFunc(otelcol.Ports, func(p corev1.ContainerPort) bool { return p.Name == service.Ports[0].TargetPort.StrVal })
	require.GreaterOrEqual(t, port, 0)
	assert.Equal(t, service.Ports[0].Port, otelcol.Ports[port].ContainerPort)

	s := readSettings(t, []byte(m.configs[0].Data["collector.yaml"]))
	assert.Equal(t, []string{"${env:POD_IP}:13133", "${env:POD_IP}:8888"}, s.listens())
	for _, name := range []string{"POD_IP", "POD_NAME", "OTLP_ENDPOINT"} {
		assert.True(t, slices.ContainsFunc(otelcol.Env, func(e corev1.EnvVar) bool { return e.Name == name }), name)
	}
	text, err := os.ReadFile(examples + "/gateway/gateway.yaml")
	require.NoError(t, err)
	assert.Equal(t, string(text), m.configs[0].Data["collector.yaml"], "what is tested is what is deployed")
}

// TestGatewayPolicy: agents are let in, and theirs lets them out to the gateways.
func TestGatewayPolicy(t *testing.T) {
	gateway, agents := render(t, "gateway"), render(t, "node-agent")
	require.Len(t, gateway.policies, 1)
	in := gateway.policies[0].Spec
	selects := func(s *metav1.LabelSelector, set labels.Labels) bool {
		selector, err := metav1.LabelSelectorAsSelector(s)
		require.NoError(t, err)
		return selector.Matches(set)
	}
	// The API server gives each namespace this label.
	named := func(m *manifests) labels.Labels {
		return labels.Set{"kubernetes.io/metadata.name": m.namespaces[0].Name}
	}
	assert.True(t, selects(&in.PodSelector, labelsOf(&gateway.deployments[0].Spec.Template)))
	from := in.Ingress[0].From[0]
	assert.True(t, selects(from.NamespaceSelector, named(agents)) && selects(from.PodSelector, labelsOf(agents.agent(t))))
	assert.EqualValues(t, gateway.services[0].Spec.Ports[0].Port, in.Ingress[0].Ports[0].Port.IntValue())
	out := agents.policies[0].Spec.Egress[0]
	assert.True(t, selects(out.To[0].NamespaceSelector, named(gateway)))
	assert.EqualValues(t, gateway.services[0].Spec.Ports[0].Port, out.Ports[0].Port.IntValue())
}

// TestLoadBalancing puts the component on each node agent: it reads one more file, that sends to the gateways by their name.
func TestLoadBalancing(t *testing.T) {
	gateway := render(t, "gateway")
	agent, err := os.ReadFile(examples + "/gateway/agent.yaml")
	require.NoError(t, err)
	for name, c := range agents {
		t.Run(name, func(t *testing.T) {
			m := with(t, name, "load-balancing")
			pod := m.agent(t).Spec
			otelcol := container(t, pod.Containers, "otelcol")
			m.mounted(t, &pod)
			confined(t, otelcol, c.capabilities)
			assert.Equal(t, []string{"--config=/etc/otelcol/collector.yaml", "--config=/etc/otelcol/load-balancing.yaml"}, otelcol.Args)
			host := corev1.EnvVar{Name: "GATEWAY_HOST", Value: gateway.services[0].Name + "." + gateway.namespaces[0].Name + ".svc"}
			assert.Contains(t, otelcol.Env, host)
			var tested, shipped struct {
				Exporters map[string]any `json:"exporters"`
			}
			require.NoError(t, yaml.Unmarshal(agent, &tested))
			require.NoError(t, yaml.Unmarshal([]byte(m.configs[0].Data["load-balancing.yaml"]), &shipped))
			assert.Equal(t, tested.Exporters, shipped.Exporters, "what is tested is what is deployed")
		})
	}
}
