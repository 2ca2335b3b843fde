package clustertest

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// pod is what the API server knows of a pod with one container.
type pod struct {
	uid, namespace, name, node string
	// owner is "Kind/name" of who made the pod.
	owner string
	// template is the label pod-template-hash, of a Deployment's pods.
	template string
	// container is its name; image, id and runtime are empty until it is said to run.
	container, image, runtime, id string
}

func (p pod) object() object {
	kind, owner, _ := strings.Cut(p.owner, "/")
	labels := object{}
	if p.template != "" {
		labels["pod-template-hash"] = p.template
	}
	status := object{"name": p.container, "image": p.image, "ready": p.id != "", "restartCount": 0}
	if p.id != "" {
		status["containerID"] = p.runtime + "://" + p.id
	}
	return object{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": object{
			"name": p.name, "namespace": p.namespace, "uid": p.uid, "labels": labels, "creationTimestamp": "2026-11-01T10:00:00Z",
			"ownerReferences": []object{{"apiVersion": "apps/v1", "kind": kind, "name": owner, "uid": p.uid[:24] + "000000000000", "controller": true}},
		},
		"spec": object{
			"nodeName":   p.node,
			"containers": []object{{"name": p.container, "image": p.image}},
		},
		"status": object{
			"phase": "Running", "podIP": "10.244.1.7", "startTime": "2026-11-01T10:00:01Z",
			"containerStatuses": []object{status},
		},
	}
}

// The cgroups that kubelet and the runtimes make.

// systemdCgroup is that of a burstable pod with the systemd driver and containerd.
func systemdCgroup(p pod) string {
	return filepath.Join("kubepods.slice", "kubepods-burstable.slice",
		"kubepods-burstable-pod"+strings.ReplaceAll(p.uid, "-", "_")+".slice", "cri-containerd-"+p.id+".scope")
}

// cgroupfsCgroup is that of a burstable pod with the cgroupfs driver.
func cgroupfsCgroup(p pod) string { return filepath.Join("kubepods", "burstable", "pod"+p.uid, p.id) }

// podCgroup is that of a guaranteed pod itself, in which a sandbox lives that holds all of its containers.
func podCgroup(p pod) string {
	return filepath.Join("kubepods.slice", "kubepods-pod"+strings.ReplaceAll(p.uid, "-", "_")+".slice")
}

// flatCgroup is that of a container where kubelet makes no cgroups for pods (cgroupsPerQOS: false).
func flatCgroup(p pod) string { return filepath.Join("system.slice", "cri-containerd-"+p.id+".scope") }

// server runs in a cgroup and is called from outside of it.
type server struct {
	*testkit.GoServer
	t *testing.T
}

func serverIn(t *testing.T, cgroup string) server {
	t.Helper()
	place := testkit.Place{}
	if cgroup != "" {
		place = testkit.NewCgroup(t, cgroup).Place()
	}
	return server{testkit.StartGoServer(t, testkit.GoServerOptions{Place: place}), t}
}

// call makes one request; its query tells it from others.
func (s server) call(query string) {
	s.t.Helper()
	testkit.Load(s.t, testkit.Place{}, s.URL+"/hello?"+query, 1, 1)
}

// resource is that of the server's span of a request, once it is there.
func (s server) resource(c *collector, query string) map[string]any {
	s.t.Helper()
	var found testkit.Spans
	testkit.Poll(s.t, patience, "the span of "+query, func() bool {
		found = c.spans(s.t, "spans.json").Kind("Server").Of(s.PID()).With("url.query", query)
		return len(found) > 0
	})
	require.Len(s.t, found, 1)
	return found[0].Resource
}
