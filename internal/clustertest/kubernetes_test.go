package clustertest

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const node = "node-a"

var (
	deployed = pod{
		uid: "5f0c2a4e-1b3d-4c5e-8f60-718293a4b501", namespace: "shop", name: "api-7d9c5b8f6d-x2x4z", node: node,
		owner: "ReplicaSet/api-7d9c5b8f6d", template: "7d9c5b8f6d",
		container: "api", image: "registry.example/shop/api:1.4", runtime: "containerd", id: strings.Repeat("a1", 32),
	}
	stateful = pod{
		uid: "5f0c2a4e-1b3d-4c5e-8f60-718293a4b502", namespace: "bank", name: "ledger-0", node: node,
		owner:     "StatefulSet/ledger",
		container: "ledger", image: "registry.example/bank/ledger:2", runtime: "cri-o", id: strings.Repeat("b2", 32),
	}
	sandboxed = pod{
		uid: "5f0c2a4e-1b3d-4c5e-8f60-718293a4b503", namespace: "shop", name: "render-6b7f9c9d4-9qk8m", node: node,
		owner: "ReplicaSet/render-6b7f9c9d4", template: "6b7f9c9d4",
		container: "render", image: "registry.example/shop/render:3", runtime: "containerd", id: strings.Repeat("c3", 32),
	}
	flat = pod{
		uid: "5f0c2a4e-1b3d-4c5e-8f60-718293a4b504", namespace: "kube-system", name: "dns-z5zq2", node: node,
		owner:     "DaemonSet/dns",
		container: "dns", image: "registry.example/dns:1.11", runtime: "containerd", id: strings.Repeat("d4", 32),
	}
	elsewhere = pod{
		uid: "5f0c2a4e-1b3d-4c5e-8f60-718293a4b505", namespace: "shop", name: "api-7d9c5b8f6d-pl9rt", node: "node-b",
		owner: "ReplicaSet/api-7d9c5b8f6d", template: "7d9c5b8f6d",
		container: "api", image: "registry.example/shop/api:1.4", runtime: "containerd", id: strings.Repeat("e5", 32),
	}
	starting = pod{
		uid: "5f0c2a4e-1b3d-4c5e-8f60-718293a4b506", namespace: "shop", name: "cart-59c8d7b6f5-7vw2n", node: node,
		owner: "ReplicaSet/cart-59c8d7b6f5", template: "59c8d7b6f5",
		container: "cart", image: "registry.example/shop/cart:9", runtime: "containerd", id: strings.Repeat("f6", 32),
	}
)

// TestKubernetesAttributes runs the node agent's configuration as it is shipped, with the real k8s_attributes and
// an API server that knows six pods, of which five are on this node. Processes in cgroups as kubelet makes them
// are named as the API server says: by their container, or by their pod where the cgroup tells no container.
func TestKubernetesAttributes(t *testing.T) {
	testkit.Root(t)
	testkit.Need(t, "unshare", "go")
	api := startAPIServer(t)
	unlisted := starting
	unlisted.id, unlisted.runtime = "", ""
	for _, p := range []pod{deployed, stateful, sandboxed, flat, elsewhere, unlisted} {
		api.set(p.object())
	}
	agent := startNodeAgent(t, api)
	testkit.Poll(t, patience, "the agent to know its pods", func() bool { _, watched := api.requests(); return watched })

	all := map[string]server{}
	for name, cgroup := range map[string]string{
		"deployment, systemd driver": systemdCgroup(deployed), "stateful set, cgroupfs driver": cgroupfsCgroup(stateful),
		"sandbox, by its pod": podCgroup(sandboxed), "daemon set, by its container": flatCgroup(flat),
		"pod of another node": systemdCgroup(elsewhere), "container that is starting": systemdCgroup(starting),
		"process of the host": "",
	} {
		all[name] = serverIn(t, cgroup)
	}
	named(t, agent, all["deployment, systemd driver"])

	for name, want := range map[string]map[string]any{
		"deployment, systemd driver":    deployed.named("k8s.deployment.name", "api"),
		"stateful set, cgroupfs driver": stateful.named("k8s.statefulset.name", "ledger"),
		"sandbox, by its pod":           sandboxed.named("k8s.deployment.name", "render"),
		"daemon set, by its container":  flat.named("k8s.daemonset.name", "dns"),
		"pod of another node":           {"k8s.pod.uid": elsewhere.uid, "container.id": elsewhere.id},
		"process of the host":           {},
	} {
		t.Run(name, func(t *testing.T) {
			s := all[name]
			s.t = t
			s.call("named")
			assert.Equal(t, want, kubernetes(s.resource(agent, "named")))
		})
	}
	t.Run("container that is starting", func(t *testing.T) {
		s := all["container that is starting"]
		s.t = t
		api.set(starting.object())
		named(t, agent, s)
		s.call("started")
		assert.Equal(t, starting.named("k8s.deployment.name", "cart"), kubernetes(s.resource(agent, "started")))
	})
	asked, _ := api.requests()
	for _, one := range asked {
		assert.Contains(t, []string{"list /api/v1/pods spec.nodeName=" + node, "watch /api/v1/pods spec.nodeName=" + node}, one,
			"an agent asks for its own node's pods, and for nothing else")
	}
	agent.end(t)
	callers(t, agent)
}

// named waits until the agent has a name for a server: what the API server says takes a moment to be known.
func named(t *testing.T, agent *collector, s server) {
	t.Helper()
	tries := 0
	testkit.Poll(t, patience, "a pod's name", func() bool {
		tries++
		query := fmt.Sprintf("try=%d", tries)
		s.call(query)
		return s.resource(agent, query)["k8s.pod.name"] != nil
	})
}

// callers: whoever called is a process of the host, and no pod's.
func callers(t *testing.T, agent *collector) {
	t.Helper()
	clients := agent.spans(t, "spans.json").Kind("Client").Where(func(s testkit.Span) bool { return s.Service == "goclient" })
	assert.NotEmpty(t, clients)
	for _, s := range clients {
		assert.Empty(t, kubernetes(s.Resource))
	}
}

// kubernetes is what a resource says of pods and containers.
func kubernetes(resource map[string]any) map[string]any {
	only := maps.Clone(resource)
	maps.DeleteFunc(only, func(key string, _ any) bool {
		return !strings.HasPrefix(key, "k8s.") && !strings.HasPrefix(key, "container.") || key == "container.runtime.name"
	})
	return only
}

// named is what there is to be said of the pod's only container.
func (p pod) named(key, owner string) map[string]any {
	image, _, _ := strings.Cut(p.image, ":")
	return map[string]any{
		"k8s.namespace.name": p.namespace, "k8s.pod.name": p.name, "k8s.pod.uid": p.uid, "k8s.node.name": p.node, key: owner,
		"k8s.container.name": p.container, "container.id": p.id, "container.image.name": image,
	}
}

// What a test has on top of the shipped configuration: other ports, and a file in place of a backend.
const nodeAgentOnTop = `
exporters: {file: {path: spans.json, flush_interval: 100ms}}
extensions: {health_check: {endpoint: "127.0.0.1:%d"}}
service:
  telemetry: {metrics: {level: none, readers: []}}
  pipelines: {traces: {exporters: [file]}}
`

// startNodeAgent starts the collector with examples/kubernetes/node-agent/collector.yaml, as a pod with a service account.
func startNodeAgent(t *testing.T, api *apiServer) *collector {
	t.Helper()
	dir, env := api.account(t)
	const script = `mount -t tmpfs none /var/run && mkdir -p /var/run/secrets/kubernetes.io &&
		cp -r "$0" /var/run/secrets/kubernetes.io/serviceaccount && exec "$@"`
	wrap := []string{"unshare", "--mount", "sh", "-c", script, dir}
	env = append(env, "K8S_NODE_NAME="+node, "POD_IP=127.0.0.1", "OTLP_ENDPOINT=nowhere:4317")
	onTop := fmt.Sprintf(nodeAgentOnTop, testkit.FreePort(t))
	return startCollector(t, program(t), "kubernetes/node-agent/collector.yaml", onTop, testkit.Place{}, env, wrap).ready(t)
}
