package preflight

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseMounts(t *testing.T) {
	const unified = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
	for name, c := range map[string]struct {
		table string
		want  mounts
	}{
		"unified":            {unified, mounts{cgroup2: []string{"/sys/fs/cgroup"}}},
		"the host's beside":  {unified + `30 23 0:26 /../.. /host\040cgroup ro - cgroup2 x rw`, mounts{cgroup2: []string{"/sys/fs/cgroup", "/host cgroup"}}},
		"version 1":          {"32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n", mounts{}},
		"hidepid, a number":  {"20 1 0:5 / /proc rw - proc proc rw,hidepid=2\n", mounts{hidePID: "2"}},
		"hidepid, a word":    {"20 1 0:5 / /proc rw - proc proc rw,gid=5,hidepid=invisible\n", mounts{hidePID: "invisible"}},
		"hidepid off":        {"20 1 0:5 / /proc rw - proc proc rw,hidepid=off\n20 1 0:5 / /x rw - proc proc rw,hidepid=2\n", mounts{}},
		"garbage":            {"x\n - cgroup2 a b\n1 2 3 / /a rw - cgroup2\n1 2 3 / /a rw - cgroup2 a", mounts{}},
		"more than anywhere": {strings.Repeat(unified, 99), mounts{cgroup2: strings.Fields(strings.Repeat("/sys/fs/cgroup ", maxMounts))}},
	} {
		assert.Equal(t, c.want, parseMounts(c.table), name)
	}
}

func TestOwnCgroup(t *testing.T) {
	assert.Equal(t, "/a/b", ownCgroup("5:devices:/\n0::/a/b\n"))
	assert.Equal(t, "/", ownCgroup("0::/"))
	assert.Empty(t, ownCgroup("1:name=systemd:/x\n"))
}

func TestLockdown(t *testing.T) {
	assert.Equal(t, "integrity", lockdown("none [integrity] confidentiality\n"))
	for _, text := range []string{"", "none", "[none"} {
		assert.Empty(t, lockdown(text))
	}
}

func FuzzParse(f *testing.F) {
	f.Add("29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
	f.Add("Uid:\t0\t0\nCapEff:\tff\n0::/x\nnone [integrity]")
	f.Fuzz(func(t *testing.T, text string) {
		if m := parseMounts(text); len(m.cgroup2) > maxMounts {
			t.Fatal("too many mounts")
		}
		if s := parseStatus(text); s.seccomp == "" {
			t.Fatal("no seccomp mode")
		}
		ownCgroup(text)
		lockdown(text)
		if inode, err := inodeOf(text); err != nil && inode != 0 {
			t.Fatal("a number in spite of an error")
		}
	})
}
