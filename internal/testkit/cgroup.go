package testkit

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var errNoCgroup2 = errors.New("no cgroup v2 hierarchy is mounted")

// Cgroup is a cgroup v2 folder of the test's own.
type Cgroup struct {
	// Path is the folder.
	Path string
	// Name is the path below the root of the hierarchy, with a leading slash.
	Name string
}

// CgroupRoot is where the cgroup v2 hierarchy is mounted.
func CgroupRoot(t testing.TB) string {
	t.Helper()
	root, err := cgroupRoot("/proc/self/mountinfo")
	if err != nil {
		Without(t, "needs cgroup v2: %v", err)
	}
	return root
}

// cgroupRoot reads mountinfo: "id parent major:minor root mountpoint options
// [tags...] - type source superoptions", proc(5).
func cgroupRoot(mountinfo string) (string, error) {
	f, err := os.Open(mountinfo)
	if err != nil {
		return "", fmt.Errorf("read the mount table: %w", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		mount, kind, _ := strings.Cut(lines.Text(), " - ")
		fields := strings.Fields(mount)
		if strings.HasPrefix(kind, "cgroup2 ") && len(fields) > 4 && fields[3] == "/" {
			return fields[4], nil
		}
	}
	return "", errNoCgroup2
}

// KubernetesCgroup is the path that kubelet (systemd driver) and containerd
// give to a container of a best-effort pod.
func KubernetesCgroup(podUID, containerID string) string {
	pod := "kubepods-besteffort-pod" + strings.ReplaceAll(podUID, "-", "_") + ".slice"
	return filepath.Join("kubepods.slice", "kubepods-besteffort.slice", pod, "cri-containerd-"+containerID+".scope")
}

// DockerCgroup is the path that docker with the systemd driver gives to a container.
func DockerCgroup(containerID string) string {
	return filepath.Join("system.slice", "docker-"+containerID+".scope")
}

// NewCgroup makes the cgroup at this path below the root of the hierarchy, parents
// too. What it made is removed at the end, parents if they are empty then; what
// was there stays.
func NewCgroup(t testing.TB, path string) *Cgroup {
	t.Helper()
	Root(t)
	root := CgroupRoot(t)
	dir := root
	parts := strings.Split(filepath.Clean(path), string(filepath.Separator))
	for i, part := range parts {
		dir = filepath.Join(dir, part)
		err := os.Mkdir(dir, 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			Without(t, "needs a writable cgroup hierarchy: %v", err)
		}
		made, last := dir, i == len(parts)-1
		t.Cleanup(func() {
			if last {
				removeCgroup(t, made)
				return
			}
			_ = os.Remove(made) // unless another test has a cgroup in it by now
		})
	}
	return &Cgroup{Path: dir, Name: strings.TrimPrefix(dir, strings.TrimSuffix(root, "/"))}
}

// removeCgroup waits for the last process to leave: a cgroup is busy until its
// dead have been reaped.
func removeCgroup(t testing.TB, dir string) {
	var err error
	gone := poll(5*time.Second, func() bool {
		err = os.Remove(dir)
		return !errors.Is(err, syscall.EBUSY)
	})
	if !gone || (err != nil && !errors.Is(err, fs.ErrNotExist)) {
		t.Errorf("remove a cgroup: %v", err)
	}
}

// Place is the place inside the cgroup.
func (c *Cgroup) Place() Place { return Place{Cgroup: c} }

// ID is the kernel's id of the cgroup: the inode number of its folder.
func (c *Cgroup) ID(t testing.TB) uint64 {
	t.Helper()
	info, err := os.Stat(c.Path)
	if err != nil {
		t.Fatalf("read the cgroup's id: %v", err)
	}
	return inode(info)
}

func (c *Cgroup) procs() string { return filepath.Join(c.Path, "cgroup.procs") }
