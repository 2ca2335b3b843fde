package deploy

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

const examples = "../../../examples"

// manifests is what a kustomization applies, each object read strictly: a key that the
// API does not know, or twice the same, fails.
type manifests struct {
	namespaces   []corev1.Namespace
	configs      []corev1.ConfigMap
	accounts     []corev1.ServiceAccount
	roles        []rbacv1.ClusterRole
	bindings     []rbacv1.ClusterRoleBinding
	daemonSets   []appsv1.DaemonSet
	deployments  []appsv1.Deployment
	policies     []networkingv1.NetworkPolicy
	services     []corev1.Service
	constraints  []constraints
	kustomizable string
}

// render builds examples/kubernetes/<name> as kubectl apply -k does.
func render(t *testing.T, name string) *manifests {
	t.Helper()
	return build(t, filesys.MakeFsOnDisk(), filepath.Join(examples, "kubernetes", name))
}

func build(t *testing.T, fs filesys.FileSystem, dir string) *manifests {
	t.Helper()
	all, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fs, dir)
	require.NoError(t, err)
	m := &manifests{kustomizable: dir}
	for _, one := range all.Resources() {
		text, err := one.AsYAML()
		require.NoError(t, err)
		m.read(t, one.GetApiVersion()+" "+one.GetKind(), text)
	}
	return m
}

func (m *manifests) read(t *testing.T, kind string, text []byte) {
	t.Helper()
	switch kind {
	case "v1 Namespace":
		m.namespaces = append(m.namespaces, strict[corev1.Namespace](t, text))
	case "v1 ConfigMap":
		m.configs = append(m.configs, strict[corev1.ConfigMap](t, text))
	case "v1 ServiceAccount":
		m.accounts = append(m.accounts, strict[corev1.ServiceAccount](t, text))
	case "rbac.authorization.k8s.io/v1 ClusterRole":
		m.roles = append(m.roles, strict[rbacv1.ClusterRole](t, text))
	case "rbac.authorization.k8s.io/v1 ClusterRoleBinding":
		m.bindings = append(m.bindings, strict[rbacv1.ClusterRoleBinding](t, text))
	case "apps/v1 DaemonSet":
		m.daemonSets = append(m.daemonSets, strict[appsv1.DaemonSet](t, text))
	case "apps/v1 Deployment":
		m.deployments = append(m.deployments, strict[appsv1.Deployment](t, text))
	case "networking.k8s.io/v1 NetworkPolicy":
		m.policies = append(m.policies, strict[networkingv1.NetworkPolicy](t, text))
	case "v1 Service":
		m.services = append(m.services, strict[corev1.Service](t, text))
	case "security.openshift.io/v1 SecurityContextConstraints":
		m.constraints = append(m.constraints, strict[constraints](t, text))
	default:
		t.Fatalf("%s in %s: what is that?", kind, m.kustomizable)
	}
}

func strict[T any](t *testing.T, text []byte) (object T) {
	t.Helper()
	require.NoError(t, yaml.UnmarshalStrict(text, &object), "%s", text)
	return object
}

// agent is the only pod of a node agent, checked for what all of them have in common.
func (m *manifests) agent(t *testing.T) *corev1.PodTemplateSpec {
	t.Helper()
	require.Len(t, m.daemonSets, 1)
	require.Empty(t, m.deployments)
	return &m.daemonSets[0].Spec.Template
}

func container(t *testing.T, all []corev1.Container, name string) *corev1.Container {
	t.Helper()
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	t.Fatalf("no container %s", name)
	return nil
}
