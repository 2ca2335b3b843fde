package deploy

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// agents are the ways to run a node agent, and what sets each apart.
var agents = map[string]struct {
	network, pid bool
	// packets is set where interfaces are read, and nothing else of the host.
	packets      bool
	capabilities []corev1.Capability
	requires     string
}{
	"node-agent":   {pid: true, capabilities: all4, requires: "socket,host,processes,executables"},
	"host-network": {network: true, pid: true, capabilities: all4, requires: "socket,host,processes,executables"},
	"no-host-pid":  {capabilities: all4[:3], requires: "socket,host,processes"},
	"interface":    {network: true, packets: true, capabilities: all4[:2], requires: "interface"},
	"openshift":    {pid: true, capabilities: all4, requires: "socket,host,processes,executables"},
}

var all4 = []corev1.Capability{"BPF", "NET_ADMIN", "PERFMON", "SYS_PTRACE"}

func TestAgents(t *testing.T) {
	for name, want := range agents {
		t.Run(name, func(t *testing.T) {
			m := render(t, name)
			pod := m.agent(t).Spec
			assert.Equal(t, want.network, pod.HostNetwork)
			assert.Equal(t, want.pid, pod.HostPID)
			assert.False(t, pod.HostIPC)
			assert.Nil(t, pod.HostUsers, "capabilities of a user namespace do not count")
			assert.Equal(t, want.network, pod.DNSPolicy == corev1.DNSClusterFirstWithHostNet)
			preflight, otelcol := container(t, pod.InitContainers, "preflight"), container(t, pod.Containers, "otelcol")
			assert.Equal(t, []string{"/beyla-preflight", "-require", want.requires}, preflight.Command)
			for _, c := range []*corev1.Container{preflight, otelcol} {
				confined(t, c, want.capabilities)
				cgroup := corev1.VolumeMount{Name: "cgroup", MountPath: "/host/cgroup", ReadOnly: true}
				if want.packets {
					assert.NotContains(t, c.VolumeMounts, cgroup)
				} else {
					assert.Contains(t, c.VolumeMounts, cgroup)
				}
				assert.Equal(t, "registry.example/otelcol-beyla:0.1.0", c.Image)
				assert.True(t, c.Resources.Limits.Cpu().IsZero(), "a throttled reader loses records")
				assert.False(t, c.Resources.Limits.Memory().IsZero())
				assert.False(t, c.Resources.Requests.Memory().IsZero())
			}
			assert.Equal(t, !want.packets, *pod.AutomountServiceAccountToken)
			assert.Equal(t, []corev1.Toleration{{Operator: corev1.TolerationOpExists}}, pod.Tolerations)
			m.mounted(t, &pod)
			probed(t, otelcol, want.network)
		})
	}
}

// confined checks a container's privileges: these capabilities and nothing else.
func confined(t *testing.T, c *corev1.Container, capabilities []corev1.Capability) {
	t.Helper()
	s := c.SecurityContext
	require.NotNil(t, s)
	assert.Nil(t, s.Privileged)
	require.NotNil(t, s.AllowPrivilegeEscalation)
	assert.False(t, *s.AllowPrivilegeEscalation)
	require.NotNil(t, s.ReadOnlyRootFilesystem)
	assert.True(t, *s.ReadOnlyRootFilesystem)
	require.NotNil(t, s.RunAsUser, "the image's is no statement")
	assert.Equal(t, []corev1.Capability{"ALL"}, s.Capabilities.Drop)
	assert.Equal(t, capabilities, s.Capabilities.Add)
	require.NotNil(t, s.SeccompProfile)
	assert.NotEqual(t, corev1.SeccompProfileTypeUnconfined, s.SeccompProfile.Type)
}

// mounted checks that every volume that is mounted is there, that the configuration is the generated one, and
// that of the host nothing but the cgroups is seen.
func (m *manifests) mounted(t *testing.T, pod *corev1.PodSpec) {
	t.Helper()
	volumes := make(map[string]bool)
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
		if v.HostPath != nil {
			assert.Equal(t, "/sys/fs/cgroup", v.HostPath.Path)
		}
		if v.ConfigMap != nil {
			require.Len(t, m.configs, 1)
			assert.Equal(t, m.configs[0].Name, v.ConfigMap.Name)
			assert.Contains(t, m.configs[0].Data, "collector.yaml")
		}
	}
	for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
		for _, mount := range c.VolumeMounts {
			assert.True(t, volumes[mount.Name], "%s of %s", mount.Name, c.Name)
			assert.True(t, mount.ReadOnly || mount.Name == "found", "%s of %s", mount.Name, c.Name)
		}
	}
}

// probed checks that the kubelet finds health_check where the configuration puts it: on the pod's
// address, or on the node's localhost, where the kubelet is.
func probed(t *testing.T, c *corev1.Container, network bool) {
	t.Helper()
	host := ""
	if network {
		host = "127.0.0.1"
		assert.Empty(t, c.Ports, "each would be a port of the node")
	}
	for _, p := range []*corev1.Probe{c.StartupProbe, c.LivenessProbe, c.ReadinessProbe} {
		require.NotNil(t, p)
		assert.Equal(t, &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(13133), Host: host}, p.HTTPGet)
	}
}

// TestComponents puts each component on each node agent.
func TestComponents(t *testing.T) {
	for name, c := range agents {
		t.Run(name, func(t *testing.T) {
			pod := with(t, name, "localhost-seccomp").agent(t).Spec
			profile := "beyla/seccomp.json"
			for _, one := range slices.Concat(pod.InitContainers, pod.Containers) {
				confined(t, &one, c.capabilities)
				assert.Equal(t, &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost, LocalhostProfile: &profile}, one.SecurityContext.SeccompProfile)
			}
			pod = with(t, name, "non-root").agent(t).Spec
			for _, one := range slices.Concat(pod.InitContainers, pod.Containers) {
				confined(t, &one, all4)
				assert.EqualValues(t, 65534, *one.SecurityContext.RunAsUser)
				assert.True(t, *one.SecurityContext.RunAsNonRoot)
				assert.Equal(t, "registry.example/otelcol-beyla:0.1.0-nonroot", one.Image)
			}
		})
	}
}

// with renders a node agent with a component, from a kustomization beside the others that is in memory only.
func with(t *testing.T, agent, component string) *manifests {
	t.Helper()
	const top = examples + "/kubernetes/with"
	memory := filesys.MakeFsInMemory()
	copyTo(t, memory, examples+"/kubernetes")
	text := "resources: [../" + agent + "]\ncomponents: [../components/" + component + "]\n"
	require.NoError(t, memory.WriteFile(inMemory(top)+"/kustomization.yaml", []byte(text)))
	return build(t, memory, inMemory(top))
}
