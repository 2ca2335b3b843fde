package process

import "strings"

// Runtime names the software that made a container, as container.runtime.name
// spells it. Empty: the path does not tell.
type Runtime string

// The runtimes that leave their name in the path.
const (
	Docker     Runtime = "docker"
	Containerd Runtime = "containerd"
	CRIO       Runtime = "cri-o"
	Podman     Runtime = "podman"
	LXC        Runtime = "lxc"
	Garden     Runtime = "garden"
)

// Cgroup is what the path of a cgroup tells about who lives in it.
type Cgroup struct {
	// ContainerID is the innermost container's id: 64 hexadecimal digits, the
	// 32-digits-and-a-number form of ECS on Fargate, or a garden handle.
	ContainerID string
	// ContainerName is given where a runtime knows its containers by name (LXC).
	ContainerName string
	// PodUID is the pod's uid as the API server spells it, or the
	// 32 digits of a static pod's.
	PodUID string
	// Runtime made the container.
	Runtime Runtime
	// Unit is the innermost systemd service unit, "nginx.service"; one that
	// merely contains the container's cgroup is not kept.
	Unit string
}

// Contained tells whether the path lies in a container or a pod.
func (c Cgroup) Contained() bool {
	return c.ContainerID != "" || c.ContainerName != "" || c.PodUID != ""
}

// ParseCgroup reads the path of a cgroup, v1 or v2, systemd or cgroupfs
// driver. Nested containers (kind, docker in docker) yield the innermost one.
// The names are the runtimes' own: runc's systemd driver makes
// <prefix>-<id>.scope, kubelet's kubepods-<qos>-pod<uid>.slice
// (https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/cm/cgroup_manager_linux.go),
// the cgroupfs drivers plain folders.
func ParseCgroup(path string) Cgroup {
	var c Cgroup
	parent := ""
	for len(path) > 0 {
		var name string
		name, path, _ = strings.Cut(path, "/")
		if name == "" || name == ".." || name == "." {
			continue
		}
		c.enter(parent, name)
		parent = name
	}
	return c
}

// enter takes in one more component of the path.
func (c *Cgroup) enter(parent, name string) {
	// A cgroupfs runtime that was given a systemd path makes one folder of it:
	// "kubepods-burstable-pod<uid>.slice:cri-containerd:<id>".
	if slice, rest, ok := strings.Cut(name, ":"); ok {
		prefix, id, _ := strings.Cut(rest, ":")
		c.enter(parent, slice)
		c.enter(slice, prefix+"-"+id)
		return
	}
	if uid := podUID(name); uid != "" {
		*c = Cgroup{PodUID: uid}
		return
	}
	if id, runtime := containerID(parent, name); id != "" {
		*c = Cgroup{ContainerID: id, Runtime: runtime, PodUID: c.PodUID}
		return
	}
	if lxc := lxcName(parent, name); lxc != "" {
		*c = Cgroup{ContainerName: lxc, Runtime: LXC}
		return
	}
	if strings.HasSuffix(name, ".service") {
		c.Unit = unescapeUnit(name)
	}
}

// podUID reads "pod<uid>" and "[kubelet-]kubepods[-<qos>]-pod<uid>.slice",
// where systemd's naming turned the dashes of the uid into underscores.
func podUID(name string) string {
	uid, ok := strings.CutPrefix(name, "pod")
	if !ok {
		name, ok = strings.CutSuffix(name, ".slice")
		i := strings.LastIndex(name, "-pod")
		if !ok || i < 0 || !strings.Contains(name[:i], "kubepods") {
			return ""
		}
		uid = strings.ReplaceAll(name[i+len("-pod"):], "_", "-")
	}
	if isUUID(uid) || isHex(uid, 32) {
		return uid
	}
	return ""
}

// containerID reads a folder that is a container by its name, or by its name
// and the folder above.
func containerID(parent, name string) (string, Runtime) {
	switch {
	case isHex(name, 64):
		return plainID(parent, name)
	case isFargateID(name):
		return name, "" // containerd or docker
	case isGardenHandle(name), isUUID(name) && (parent == "garden" || parent == "good"):
		return name, Garden
	}
	name = strings.TrimSuffix(name, ".scope")
	i := strings.LastIndexByte(name, '-')
	if i < 0 || !isHex(name[i+1:], 64) {
		return "", ""
	}
	return prefixedID(name[:i], name[i+1:])
}

// plainID takes 64 digits on their own. Below libpod_parent they name a
// podman pod, which is no container.
func plainID(parent, id string) (string, Runtime) {
	switch parent {
	case "libpod_parent":
		return "", ""
	case "docker":
		return id, Docker
	}
	return id, ""
}

// prefixedID takes <prefix>-<id>. A conmon is the container's keeper, outside of it.
func prefixedID(prefix, id string) (string, Runtime) {
	switch {
	case strings.HasSuffix(prefix, "conmon"):
		return "", ""
	case prefix == "docker":
		return id, Docker
	case prefix == "cri-containerd", prefix == "nerdctl":
		return id, Containerd
	case prefix == "crio":
		return id, CRIO
	case prefix == "libpod", prefix == "libpod-payload":
		return id, Podman
	}
	return id, ""
}

// lxcName reads "lxc.payload.<name>" (LXC 4 and later, LXD, Incus) and "lxc/<name>".
func lxcName(parent, name string) string {
	if n, ok := strings.CutPrefix(name, "lxc.payload."); ok {
		return n
	}
	if parent == "lxc" || parent == "lxc.payload" {
		return name
	}
	return ""
}

// isFargateID tells 32 hexadecimal digits, a dash and up to ten decimal ones.
func isFargateID(s string) bool {
	if len(s) < 34 || len(s) > 43 || s[32] != '-' || !isHex(s[:32], 32) {
		return false
	}
	for i := 33; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isGardenHandle tells the 8-4-4-4-4 form of Cloud Foundry's garden.
func isGardenHandle(s string) bool {
	return len(s) == 28 && isUUID(s+"00000000")
}

// isUUID tells the 8-4-4-4-12 form in lower case.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHexDigit(s[i]) {
			return false
		}
	}
	return true
}

// isHex tells n lower-case hexadecimal digits.
func isHex(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if !isHexDigit(s[i]) {
			return false
		}
	}
	return true
}

func isHexDigit(b byte) bool { return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' }
