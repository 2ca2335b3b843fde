package live

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

const podUID = "7f0c2a4e-1b3d-4c5e-8f60-718293a4b5c6"

func TestContainers(t *testing.T) {
	in := onHost(t, nil)
	first, second := strings.Repeat("0a", 32), strings.Repeat("b1", 32)
	pod := testkit.NewCgroup(t, testkit.KubernetesCgroup(podUID, first))
	docker := testkit.NewCgroup(t, testkit.DockerCgroup(second))
	n := testkit.StartNginx(t, testkit.NginxOptions{Place: pod.Place()})
	x := curlIn(t, docker.Place(), n.URL+"/")[0]
	require.Equal(t, 200, x.Status)
	server, client := in.pair(t, n.Addr, x)
	assert.Equal(t, first, server.Resource["container.id"])
	assert.Equal(t, podUID, server.Resource["k8s.pod.uid"])
	assert.Equal(t, "nginx", server.Service)
	assert.Equal(t, second, client.Resource["container.id"])
	assert.NotContains(t, client.Resource, "k8s.pod.uid")
	assert.Equal(t, "curl", client.Service)
	in.finish(t, n.Addr, 2)
}

// TestShortLivedProcess: a process that may be gone before anybody looks it up
// still has its number and name, and the cgroup that it lived in.
func TestShortLivedProcess(t *testing.T) {
	const rounds = 20
	in := onHost(t, nil)
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	id := strings.Repeat("c2", 32)
	place := testkit.NewCgroup(t, testkit.DockerCgroup(id)).Place()
	pids := make(map[int64]bool)
	for range rounds {
		pids[int64(curlIn(t, place, n.URL+"/")[0].PID)] = true
	}
	in.await(t, n.Addr, 2*rounds)
	for _, s := range in.finish(t, n.Addr, 2*rounds).Kind("Client") {
		pid, _ := s.Resource["process.pid"].(int64)
		assert.True(t, pids[pid], "process %d", pid)
		delete(pids, pid)
		assert.Equal(t, "curl", s.Resource["process.executable.name"])
		assert.Equal(t, "curl", s.Service)
		assert.Equal(t, id, s.Resource["container.id"])
	}
	assert.Empty(t, pids, "processes without a span")
}
