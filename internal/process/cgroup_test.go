package process

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	id64   = "c1a04d6ab1ba2ea1fa6c2cd0ab2d8e9d9ff6b7d3a9d4f3b1c77ce1b9d8f0a123"
	other6 = "00ff4d6ab1ba2ea1fa6c2cd0ab2d8e9d9ff6b7d3a9d4f3b1c77ce1b9d8f0a456"
	uid    = "8a1f0f3c-1b2c-4d3e-9f00-aabbccddeeff"
	uidBar = "8a1f0f3c_1b2c_4d3e_9f00_aabbccddeeff"
	static = "0123456789abcdef0123456789abcdef"
)

func TestParseCgroup(t *testing.T) {
	pod := func(r Runtime) Cgroup { return Cgroup{ContainerID: id64, PodUID: uid, Runtime: r} }
	only := func(r Runtime) Cgroup { return Cgroup{ContainerID: id64, Runtime: r} }
	for path, want := range map[string]Cgroup{
		"":            {},
		"/":           {},
		"/init.scope": {},
		"/user.slice/user-1000.slice/session-3.scope":                          {},
		"/system.slice/nginx.service":                                          {Unit: "nginx.service"},
		`/system.slice/my\x2dshop.service/worker`:                              {Unit: "my-shop.service"},
		"/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service": {Unit: "shop.service"},
		"/docker/" + id64:                                                                    only(Docker),
		"/docker/" + id64 + "/init.scope":                                                    only(Docker),
		"/docker/" + id64 + "/system.slice/nginx.service":                                    {ContainerID: id64, Runtime: Docker, Unit: "nginx.service"},
		"/system.slice/docker-" + id64 + ".scope":                                            only(Docker),
		"/system.slice/docker.service/docker/" + id64:                                        only(Docker),
		"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" + id64 + ".scope": only(Docker),
		"/docker/buildkit/x1y2":                                                              {},
		"/kubepods/burstable/pod" + uid + "/" + id64:                                         pod(""),
		"/kubepods/pod" + uid + "/" + id64:                                                   pod(""),
		"/kubepods/besteffort/pod" + uid + "/crio-" + id64:                                   pod(CRIO),
		"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + uidBar + ".slice/cri-containerd-" + id64 + ".scope":                pod(Containerd),
		"/kubepods.slice/kubepods-pod" + uidBar + ".slice/cri-containerd-" + id64 + ".scope":                                                     pod(Containerd),
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidBar + ".slice/docker-" + id64 + ".scope":                          pod(Docker),
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidBar + ".slice/crio-" + id64 + ".scope":                            pod(CRIO),
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidBar + ".slice/crio-" + id64 + ".scope/container":                  pod(CRIO),
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidBar + ".slice/crio-conmon-" + id64 + ".scope":                     {PodUID: uid},
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uidBar + ".slice/kubepods-x-" + id64 + ".scope":                      pod(""),
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + static + ".slice/cri-containerd-" + id64 + ".scope":                  {ContainerID: id64, PodUID: static, Runtime: Containerd},
		"/kubepods/burstable/pod" + static + "/" + id64:                                                                                          {ContainerID: id64, PodUID: static},
		"/kubepods-burstable-pod" + uidBar + ".slice:cri-containerd:" + id64:                                                                     pod(Containerd),
		"/system.slice/containerd.service/kubepods-burstable-pod" + uidBar + ".slice:cri-containerd:" + id64:                                     pod(Containerd),
		"/docker/" + other6 + "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + uidBar + ".slice/cri-containerd-" + id64 + ".scope": pod(Containerd),
		"/docker/" + other6 + "/kubelet/kubepods/besteffort/pod" + uid + "/" + id64:                                                              pod(""),
		"/docker/" + other6 + "/kubelet/kubepods/besteffort/pod" + uid:                                                                           {PodUID: uid},
		"/docker/" + other6 + "/docker/" + id64:                                                                                                  only(Docker),
		"/system.slice/k3s.service/kubepods/besteffort/pod" + uid + "/" + id64:                                                                   pod(""),
		"/../../kubepods/burstable/pod" + uid + "/" + id64:                                                                                       pod(""),
		"/../cri-containerd-" + id64 + ".scope":                                                                                                  only(Containerd),
		"/machine.slice/libpod-" + id64 + ".scope":                                                                                               only(Podman),
		"/machine.slice/libpod-" + id64 + ".scope/container":                                                                                     only(Podman),
		"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + id64 + ".scope/container":                                           only(Podman),
		"/machine.slice/machine-libpod_pod_" + other6 + ".slice/libpod-" + id64 + ".scope/container":                                             only(Podman),
		"/machine.slice/libpod-conmon-" + id64 + ".scope":                                                                                        {},
		"/system.slice/shop.service/libpod-payload-" + id64:                                                                                      only(Podman),
		"/libpod_parent/libpod-" + id64:                                                                                                          only(Podman),
		"/libpod_parent/" + other6 + "/libpod-" + id64:                                                                                           only(Podman),
		"/libpod_parent/" + other6:                                              {},
		"/default/nerdctl-" + id64:                                              only(Containerd),
		"/system.slice/nerdctl-" + id64 + ".scope":                              only(Containerd),
		"/ecs/0a1b2c3d-0000-1111-2222-333344445555/" + id64:                     only(""),
		"/ecs/" + static + "/" + static + "-1234567890":                         {ContainerID: static + "-1234567890"},
		"/ecs/" + static + "/" + static + "-12345678901":                        {},
		"/ecs/" + static + "/" + static + "-x":                                  {},
		"/lxc.payload.web1":                                                     {ContainerName: "web1", Runtime: LXC},
		"/lxc.payload.web1/system.slice/nginx.service":                          {ContainerName: "web1", Runtime: LXC, Unit: "nginx.service"},
		"/lxc.monitor.web1":                                                     {},
		"/lxc/101/ns/init.scope":                                                {ContainerName: "101", Runtime: LXC},
		"/garden/" + uid:                                                        {ContainerID: uid, Runtime: Garden},
		"/system.slice/garden.service/garden/good/7ea5bd40-5fbd-4ef4-4b4c-b4ff": {ContainerID: "7ea5bd40-5fbd-4ef4-4b4c-b4ff", Runtime: Garden},
		"/mesos/" + uid:                                                         {},
		"/docker/" + strings.ToUpper(id64):                                      {},
		"/docker/" + id64[:63]:                                                  {},
		"/docker/" + id64 + "0":                                                 {},
		"/kubepods/burstable/podcast/x":                                         {},
		"/system.slice/x-podcast.slice":                                         {},
		"/actions_job/" + id64:                                                  only(""),
	} {
		assert.Equal(t, want, ParseCgroup(path), path)
	}
}

func TestPickCgroup(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"empty", "", ""},
		{"v2", "0::/system.slice/nginx.service\n", "/system.slice/nginx.service"},
		{"v2 without newline", "0::/a", "/a"},
		{"root", "0::/\n", "/"},
		{"removed", "0::/docker/" + id64 + " (deleted)\n", "/docker/" + id64},
		{"v1", "12:pids:/docker/x\n3:cpu,cpuacct:/docker/y\n1:name=systemd:/docker/z\n", "/docker/z"},
		{"v1 without systemd", "4:freezer:/f\n3:cpu,cpuacct:/c\n5:pids:/p\n2:memory:/m\n", "/m"},
		{"v1 cpu before others", "4:freezer:/f\n3:cpu,cpuacct:/c\n", "/c"},
		{"hybrid, container in v1", "1:name=systemd:/system.slice/x.service\n4:memory:/docker/" + id64 + "\n0::/\n", "/docker/" + id64},
		{"hybrid, unit in v2", "4:memory:/m\n0::/system.slice/x.service\n", "/system.slice/x.service"},
		{"container beats unit", "0::/system.slice/x.service\n4:memory:/docker/" + id64 + "\n", "/docker/" + id64},
		{"colons in the path", "0::/a.slice:cri-containerd:" + id64 + "\n", "/a.slice:cri-containerd:" + id64},
		{"garbage", "x\n0:\n::\n0::relative\n", ""},
	} {
		assert.Equal(t, c.want, pickCgroup(c.content), c.name)
	}
}

func TestWithoutClimb(t *testing.T) {
	for path, want := range map[string]string{
		"/": "/", "/a": "/a", "/..": "/", "/../..": "/", "/../../kubepods/x": "/kubepods/x", "/..a": "/..a",
	} {
		assert.Equal(t, want, withoutClimb(path), path)
	}
}

func TestUnitService(t *testing.T) {
	for unit, want := range map[string]string{
		"shop.service": "shop", "shop@8080.service": "shop", "user@1000.service": "", "cron.service": "",
		"docker.service": "", "": "", "x.scope": "",
	} {
		assert.Equal(t, want, unitService(unit), unit)
	}
}

func FuzzParseCgroup(f *testing.F) {
	f.Add("0::/docker/" + id64 + "\n")
	f.Add("1:name=systemd:/kubepods.slice/kubepods-pod" + uidBar + ".slice/cri-containerd-" + id64 + ".scope\n")
	f.Add("0::/a.slice:b:c\n3:cpu,cpuacct:/../../x (deleted)\n")
	f.Fuzz(func(t *testing.T, content string) {
		path := withoutClimb(pickCgroup(content))
		c := ParseCgroup(path)
		if n := len(c.ContainerID); n > 0 && n != 64 && (n < 34 || n > 43) && n != 28 && n != 36 {
			t.Fatalf("container id of %d bytes from %q", n, path)
		}
		if n := len(c.PodUID); n != 0 && n != 36 && n != 32 {
			t.Fatalf("pod uid of %d bytes from %q", n, path)
		}
		if !strings.Contains(path, c.ContainerID) || !strings.Contains(path, c.ContainerName) {
			t.Fatalf("%+v is not in %q", c, path)
		}
	})
}
