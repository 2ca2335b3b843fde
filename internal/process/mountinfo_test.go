package process

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func TestFindCgroup2Mount(t *testing.T) {
	const proc = "23 30 0:21 / /proc rw,nosuid - proc proc rw\n"
	for _, c := range []struct{ name, table, want string }{
		{"unified", proc + "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n", "/sys/fs/cgroup"},
		{"hybrid", proc + "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" +
			"41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n", "/sys/fs/cgroup/unified"},
		{"no optional fields, many optional fields", "1 1 0:1 / /a rw shared:1 master:2 propagate_from:3 - cgroup2 none rw\n", "/a"},
		{"subtree does not count", "1 1 0:1 /docker/x /a rw - cgroup2 none rw\n2 1 0:1 / /b rw - cgroup2 none rw\n", "/b"},
		{"the first of equals", "1 1 0:1 / /a rw - cgroup2 none rw\n2 1 0:1 / /b rw - cgroup2 none rw\n", "/a"},
		{"mounted over", "1 1 0:1 / /a rw - cgroup2 none rw\n3 1 0:1 / /b rw - cgroup2 none rw\n2 1 0:9 / /a rw - tmpfs none rw\n", "/b"},
		{"host's root seen from a cgroup namespace", "1 1 0:1 / /sys/fs/cgroup rw - cgroup2 none rw\n2 1 0:1 /../../.. /host/cgroup rw - cgroup2 none rw\n", "/host/cgroup"},
		{"sibling seen from a cgroup namespace", "1 1 0:1 /../x /a rw - cgroup2 none rw\n2 1 0:1 / /b rw - cgroup2 none rw\n", "/b"},
		{"escapes", `1 1 0:1 / /my\040cg\134x rw - cgroup2 none rw` + "\n", `/my cg\x`},
		{"an escape cut short", `1 1 0:1 / /a\04 rw - cgroup2 none rw` + "\n", `/a\04`},
		{"garbage beside it", "x\n1 2 3\n - cgroup2\n1 1 0:1 / /a rw - cgroup2 none rw", "/a"},
	} {
		got, err := FindCgroup2Mount(strings.NewReader(c.table))
		assert.NoError(t, err, c.name)
		assert.Equal(t, c.want, got, c.name)
	}
}

func TestFindCgroup2MountFails(t *testing.T) {
	for _, table := range []string{"", "1 1 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n", "1 1 0:1 /docker/x /a rw - cgroup2 none rw\n"} {
		_, err := FindCgroup2Mount(strings.NewReader(table))
		require.ErrorIs(t, err, ErrNoCgroup2)
		assert.Contains(t, err.Error(), "capture.cgroup_path")
	}
	broken := errors.New("broken")
	_, err := FindCgroup2Mount(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

func TestFindCgroup2MountHere(t *testing.T) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		testkit.Without(t, "no mount table: %v", err)
	}
	defer f.Close()
	point, err := FindCgroup2Mount(f)
	if errors.Is(err, ErrNoCgroup2) {
		testkit.Without(t, "no cgroup v2 here")
	}
	require.NoError(t, err)
	assert.FileExists(t, point+"/cgroup.procs")
}

func FuzzFindCgroup2Mount(f *testing.F) {
	f.Add("29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n")
	f.Add("1 1 0:1 /../.. /a\\040b rw - cgroup2 none rw\n1 1 0:1 / /a rw - tmpfs x y\n")
	f.Fuzz(func(t *testing.T, table string) {
		point, err := FindCgroup2Mount(strings.NewReader(table))
		if (point == "") != (err != nil) {
			t.Fatalf("%q, %v", point, err)
		}
	})
}
