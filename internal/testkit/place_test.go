package testkit

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	testPod       = "0a1b2c3d-1111-2222-3333-444455556666"
	testContainer = "f00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeed"
)

func TestNetNSPair(t *testing.T) {
	Need(t, "curl")
	p := NewNetNSPair(t)
	for _, addr := range []netip.Addr{p.Server.V4, p.Server.V6} {
		s := StartGoServer(t, GoServerOptions{Place: p.Server.Place(), Address: addr.String(), Port: 8080})
		assert.Equal(t, "hello\n", p.Client.Run(t, "curl", "-sS", s.URL+"/hello"))
		s.Stop()
	}
	assert.NotEqual(t, p.Client.Inode(t), p.Server.Inode(t))
	link := p.Client.Run(t, "readlink", "/proc/self/ns/net")
	assert.Equal(t, fmt.Sprintf("net:[%d]\n", p.Client.Inode(t)), link)
}

func TestDNAT(t *testing.T) {
	Need(t, "curl")
	p := NewNetNSPair(t)
	for _, c := range []struct {
		virtual string
		real    netip.Addr
	}{{"10.96.0.10:80", p.Server.V4}, {"[fd00:96::10]:80", p.Server.V6}} {
		s := StartGoServer(t, GoServerOptions{Place: p.Server.Place(), Address: c.real.String(), Port: 8080})
		p.Client.DNAT(t, netip.MustParseAddrPort(c.virtual), netip.AddrPortFrom(c.real, 8080))
		assert.Equal(t, "hello\n", p.Client.Run(t, "curl", "-sS", "-m", "5", "http://"+c.virtual+"/hello"))
		s.Stop()
	}
}

func TestNetNSIsRemoved(t *testing.T) {
	var path string
	t.Run("inside", func(t *testing.T) { path = NewNetNS(t).Path() })
	_, err := os.Stat(path)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestCgroup(t *testing.T) {
	var made *Cgroup
	t.Run("inside", func(t *testing.T) {
		made = NewCgroup(t, KubernetesCgroup(testPod, testContainer))
		s := StartGoServer(t, GoServerOptions{Place: made.Place()})
		get(t, s.URL+"/hello")

		member, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", s.PID()))
		require.NoError(t, err)
		assert.Contains(t, string(member), "0::"+made.Name+"\n")
		procs, err := os.ReadFile(filepath.Join(made.Path, "cgroup.procs"))
		require.NoError(t, err)
		assert.Contains(t, strings.Fields(string(procs)), fmt.Sprint(s.PID()))
		assert.NotZero(t, made.ID(t))
		assert.Equal(t, "goserver\n", made.Place().Run(t, "cat", fmt.Sprintf("/proc/%d/comm", s.PID())))
	})
	_, err := os.Stat(made.Path)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestCgroupInsideNetNS(t *testing.T) {
	c, n := NewCgroup(t, DockerCgroup(testContainer)), NewNetNS(t)
	d := StartDNS(t, DNSOptions{Place: Place{NetNS: n, Cgroup: c}, Port: 53})
	ns, err := os.Stat(fmt.Sprintf("/proc/%d/ns/net", d.PID()))
	require.NoError(t, err)
	assert.Equal(t, uint64(n.Inode(t)), inode(ns))
	member, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", d.PID()))
	require.NoError(t, err)
	assert.Contains(t, string(member), testContainer)
}

func TestCgroupRoot(t *testing.T) {
	for name, c := range map[string]struct{ mountinfo, want string }{
		"hybrid": {"24 1 0:22 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" +
			"33 24 0:29 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw\n", "/sys/fs/cgroup/unified"},
		"unified": {"33 24 0:29 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n", "/sys/fs/cgroup"},
		"part of it": {"33 24 0:29 /docker/x /mnt rw - cgroup2 cgroup2 rw\n" +
			"34 24 0:29 / /real rw - cgroup2 cgroup2 rw\n", "/real"},
	} {
		file := filepath.Join(t.TempDir(), "mountinfo")
		require.NoError(t, os.WriteFile(file, []byte(c.mountinfo), 0o644))
		got, err := cgroupRoot(file)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, name)
	}
	empty := filepath.Join(t.TempDir(), "mountinfo")
	require.NoError(t, os.WriteFile(empty, nil, 0o644))
	_, err := cgroupRoot(empty)
	assert.ErrorIs(t, err, errNoCgroup2)
}

func TestPollGivesUp(t *testing.T) {
	asked := 0
	assert.False(t, poll(20*time.Millisecond, func() bool { asked++; return false }))
	assert.Greater(t, asked, 1)
	assert.True(t, poll(time.Hour, func() bool { asked--; return asked == 0 }))
}
