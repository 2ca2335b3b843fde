package deploy

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// TestPodSecurity asks the code of the API server's own admission: what each level says
// of the pods, in the words of docs/deployment.md.
func TestPodSecurity(t *testing.T) {
	host := "host namespaces"
	for name, baseline := range map[string][]string{
		"node-agent":   {host, "hostPath volumes", "non-default capabilities"},
		"host-network": {host, "hostPath volumes", "non-default capabilities", "probe or lifecycle host"},
		"interface":    {host, "non-default capabilities", "probe or lifecycle host"},
		"no-host-pid":  {"hostPath volumes", "non-default capabilities"},
		"openshift":    {host, "hostPath volumes", "non-default capabilities", "seLinuxOptions"},
		"sidecar":      {"hostPath volumes", "non-default capabilities"},
	} {
		t.Run(name, func(t *testing.T) {
			m := render(t, name)
			pod := corev1.PodTemplateSpec{}
			if name == "sidecar" {
				require.Len(t, m.deployments, 1)
				pod = m.deployments[0].Spec.Template
			} else {
				pod = *m.agent(t)
			}
			assert.Empty(t, refusals(t, api.LevelPrivileged, &pod))
			assert.ElementsMatch(t, baseline, refusals(t, api.LevelBaseline, &pod))
			require.Len(t, m.namespaces, 1)
			for _, mode := range []string{"enforce", "audit", "warn"} {
				assert.Equal(t, "privileged", m.namespaces[0].Labels["pod-security.kubernetes.io/"+mode])
			}
		})
	}
}

// refusals are the reasons of a Pod Security level against a pod.
func refusals(t *testing.T, level api.Level, pod *corev1.PodTemplateSpec) (reasons []string) {
	t.Helper()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	require.NoError(t, err)
	lv := api.LevelVersion{Level: level, Version: api.LatestVersion()}
	for _, result := range evaluator.EvaluatePod(lv, &pod.ObjectMeta, &pod.Spec) {
		if !result.Allowed {
			reasons = append(reasons, result.ForbiddenReason)
		}
	}
	return reasons
}

// TestRBAC: reading pods, namespaces and replica sets, for k8s_attributes; nothing else.
func TestRBAC(t *testing.T) {
	read := []string{"get", "list", "watch"}
	rules := []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"pods", "namespaces"}, Verbs: read},
		{APIGroups: []string{"apps"}, Resources: []string{"replicasets"}, Verbs: read},
	}
	for name, c := range agents {
		m := render(t, name)
		pod := m.agent(t).Spec
		require.Len(t, m.accounts, 1)
		if c.packets {
			assert.Empty(t, m.roles, "nobody has a container or pod to be looked up")
			assert.Empty(t, m.bindings)
			continue
		}
		require.Len(t, m.roles, 1)
		require.Len(t, m.bindings, 1)
		assert.Equal(t, rules, m.roles[0].Rules)
		assert.Equal(t, m.accounts[0].Name, pod.ServiceAccountName)
		assert.Equal(t, rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: m.roles[0].Name}, m.bindings[0].RoleRef)
		assert.Equal(t, []rbacv1.Subject{{Kind: "ServiceAccount", Name: m.accounts[0].Name, Namespace: m.namespaces[0].Name}}, m.bindings[0].Subjects)
	}
	side := render(t, "sidecar")
	assert.Empty(t, side.roles)
	assert.False(t, *side.deployments[0].Spec.Template.Spec.AutomountServiceAccountToken, "the receiver asks the API server for nothing")
	assert.Equal(t, rules, helm(t).ClusterRole.Rules)
}

// TestNetworkPolicy: there is one where it works, and it is meant for the agents.
func TestNetworkPolicy(t *testing.T) {
	for name, c := range agents {
		m := render(t, name)
		if c.network {
			assert.Empty(t, m.policies, "%s: it would have no effect", name)
			continue
		}
		require.Len(t, m.policies, 1, name)
		selector, err := metav1.LabelSelectorAsSelector(&m.policies[0].Spec.PodSelector)
		require.NoError(t, err)
		assert.True(t, selector.Matches(labelsOf(m.agent(t))), name)
		chosen, err := metav1.LabelSelectorAsSelector(m.daemonSets[0].Spec.Selector)
		require.NoError(t, err)
		assert.True(t, chosen.Matches(labelsOf(m.agent(t))), name)
	}
}

// constraints is OpenShift's SecurityContextConstraints, security.openshift.io/v1, with the keys that are used.
type constraints struct {
	metav1.TypeMeta          `json:",inline"`
	metav1.ObjectMeta        `json:"metadata"`
	Users                    []string            `json:"users"`
	Groups                   []string            `json:"groups"`
	Priority                 *int32              `json:"priority"`
	AllowPrivilegedContainer bool                `json:"allowPrivilegedContainer"`
	AllowPrivilegeEscalation *bool               `json:"allowPrivilegeEscalation"`
	AllowHostDirVolumePlugin bool                `json:"allowHostDirVolumePlugin"`
	AllowHostPID             bool                `json:"allowHostPID"`
	AllowHostNetwork         bool                `json:"allowHostNetwork"`
	AllowHostPorts           bool                `json:"allowHostPorts"`
	AllowHostIPC             bool                `json:"allowHostIPC"`
	ReadOnlyRootFilesystem   bool                `json:"readOnlyRootFilesystem"`
	RequiredDropCapabilities []corev1.Capability `json:"requiredDropCapabilities"`
	DefaultAddCapabilities   []corev1.Capability `json:"defaultAddCapabilities"`
	AllowedCapabilities      []corev1.Capability `json:"allowedCapabilities"`
	RunAsUser                strategy            `json:"runAsUser"`
	SELinuxContext           strategy            `json:"seLinuxContext"`
	FSGroup                  strategy            `json:"fsGroup"`
	SupplementalGroups       strategy            `json:"supplementalGroups"`
	SeccompProfiles          []string            `json:"seccompProfiles"`
	Volumes                  []string            `json:"volumes"`
}

type strategy struct {
	Type string `json:"type"`
}

// TestConstraints: OpenShift is asked for what the pod takes, and for no more.
func TestConstraints(t *testing.T) {
	m := render(t, "openshift")
	pod := m.agent(t).Spec
	require.Len(t, m.constraints, 1)
	c := m.constraints[0]
	assert.Equal(t, []string{"system:serviceaccount:" + m.namespaces[0].Name + ":" + m.accounts[0].Name}, c.Users)
	assert.Equal(t, container(t, pod.Containers, "otelcol").SecurityContext.Capabilities.Add, c.AllowedCapabilities)
	assert.Equal(t, pod.HostPID, c.AllowHostPID)
	assert.Equal(t, pod.HostNetwork, c.AllowHostNetwork)
	assert.False(t, c.AllowPrivilegedContainer || *c.AllowPrivilegeEscalation || c.AllowHostPorts || c.AllowHostIPC)
	assert.True(t, c.ReadOnlyRootFilesystem && c.AllowHostDirVolumePlugin)
	assert.Equal(t, "spc_t", pod.SecurityContext.SELinuxOptions.Type)
}
