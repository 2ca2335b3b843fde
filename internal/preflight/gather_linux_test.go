package preflight

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pretend makes a folder that looks like the root of a host; a value that begins with "->" is a link.
func pretend(t *testing.T, files map[string]string, env map[string]string) host {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		if to, link := strings.CutPrefix(text, "->"); link {
			require.NoError(t, os.Symlink(to, path))
			continue
		}
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return host{
		root: root, getenv: func(key string) string { return env[key] },
		folder: func(path string) (uint64, bool, error) {
			switch path {
			case "/sys/fs/cgroup":
				return 4711, false, nil
			case "/host/cgroup":
				return 1, true, nil
			}
			return 0, false, errors.New("look at " + path + ": gone")
		},
	}
}

// pod are the files of a pod with hostPID and the host's cgroups mounted.
func pod() map[string]string {
	return map[string]string{
		"proc/self/status": "Uid:\t0\t0\t0\t0\nCapPrm:\t000000c000001000\nCapEff:\t000000c000001000\nCapBnd:\t000000c000001000\nSeccomp:\t2\nNoNewPrivs:\t1\n",
		"proc/self/mountinfo": "20 1 0:5 / /proc rw - proc proc rw,hidepid=2\n" +
			"29 23 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n30 23 0:26 /../.. /host/cgroup ro - cgroup2 cgroup2 rw\n",
		"proc/self/cgroup":             "0::/\n",
		"proc/self/attr/current":       "cri-containerd.apparmor.d (enforce)\n",
		"proc/self/ns/net":             "->net:[4026532500]",
		"proc/self/ns/pid":             "->pid:[4026531836]",
		"proc/self/ns/user":            "->user:[4026531837]",
		"proc/self/ns/cgroup":          "->cgroup:[4026532501]",
		"proc/self/ns/mnt":             "->mnt:[4026532499]",
		"proc/1/ns/net":                "->net:[4026531840]",
		"proc/1/exe":                   "->/sbin/init",
		"sys/kernel/btf/vmlinux":       "",
		"sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
	}
}

func TestGather(t *testing.T) {
	got := pretend(t, pod(), map[string]string{"KUBERNETES_SERVICE_HOST": "10.0.0.1"}).gather("", 0)
	caps := CapabilitySet(1<<BPF | 1<<NetAdmin | 1<<Perfmon)
	assert.Equal(t, Facts{
		Kernel:      Kernel{BTF: true, Lockdown: "integrity"},
		Environment: Kubernetes,
		Namespaces: Namespaces{
			Network: Namespace{Place: PlaceOwn, Inode: 4026532500},
			PID:     Namespace{Place: PlaceHost, Inode: 4026531836},
			User:    Namespace{Place: PlaceHost, Inode: 4026531837},
			Cgroup:  Namespace{Place: PlaceOwn, Inode: 4026532501},
			Mount:   Namespace{Place: PlaceOwn, Inode: 4026532499},
		},
		Cgroup: Cgroup{
			Path: "/host/cgroup", ID: 1, Root: true, Own: "/",
			Mounts: []CgroupMount{{Path: "/sys/fs/cgroup", ID: 4711}, {Path: "/host/cgroup", ID: 1, Root: true}},
		},
		Process:      Process{NoNewPrivs: true, Seccomp: "filter", HidePID: "2", SeesInit: true, Label: "cri-containerd.apparmor.d (enforce)"},
		Capabilities: Capabilities{Effective: caps, Permitted: caps, Bounding: caps},
	}, got)
}

func TestGatherNothing(t *testing.T) {
	got := pretend(t, nil, nil).gather("", 0)
	unknown := Namespace{Place: PlaceUnknown}
	assert.Equal(t, Namespaces{Network: unknown, PID: unknown, User: unknown, Cgroup: unknown, Mount: unknown}, got.Namespaces)
	assert.Contains(t, got.Cgroup.Error, "no cgroup v2 root is mounted")
	assert.Equal(t, -1, got.Process.UID)
	assert.Equal(t, Host, got.Environment)
}

// From a pid namespace of its own, /proc/1 is not the host's first process.
func TestFirstProcessOfAnotherPIDNamespace(t *testing.T) {
	files := pod()
	files["proc/self/ns/pid"] = "->pid:[4026532502]"
	files["proc/1/ns/net"] = files["proc/self/ns/net"]
	assert.Equal(t, PlaceUnknown, pretend(t, files, nil).gather("", 0).Namespaces.Network.Place)
	assert.Equal(t, PlaceOwn, pretend(t, files, nil).gather("", 4097).Namespaces.Network.Place)
	files["proc/self/ns/pid"] = "->pid:[4026531836]"
	assert.Equal(t, PlaceHost, pretend(t, files, nil).gather("", 0).Namespaces.Network.Place)
}

func TestConfiguredCgroup(t *testing.T) {
	h := pretend(t, pod(), nil)
	got := h.gather("/sys/fs/cgroup", 0).Cgroup
	assert.True(t, got.Configured)
	assert.EqualValues(t, 4711, got.ID)
	assert.False(t, got.Root)
	assert.Equal(t, "look at /none: gone", h.gather("/none", 0).Cgroup.Error)
}

func TestEnvironment(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for name, c := range map[string]struct {
		files, env map[string]string
		want       Environment
	}{
		"nothing":          {nil, nil, Host},
		"a service":        {map[string]string{"proc/self/cgroup": "0::/system.slice/otelcol.service\n"}, nil, Host},
		"docker's file":    {map[string]string{".dockerenv": ""}, nil, Container},
		"podman's file":    {map[string]string{"run/.containerenv": ""}, nil, Container},
		"nspawn":           {nil, map[string]string{"container": "systemd-nspawn"}, Container},
		"docker's cgroup":  {map[string]string{"proc/self/cgroup": "0::/system.slice/docker-" + id + ".scope\n"}, nil, Container},
		"kubelet's cgroup": {map[string]string{"proc/self/cgroup": "0::/kubepods/burstable/pod8dd5d6d8-3d2c-4a3e-8b0a-1f1f1f1f1f1f/" + id + "\n"}, nil, Kubernetes},
		"kubelet":          {nil, map[string]string{"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, Kubernetes},
		"a machine made from an image": {map[string]string{".dockerenv": "", "proc/self/ns/mnt": "->mnt:[4026531841]"},
			map[string]string{"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, Host},
	} {
		assert.Equal(t, c.want, pretend(t, c.files, c.env).gather("", 0).Environment, name)
	}
}
