package process

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	want := stat{comm: "a) R (b", ticks: 153339, stack: 140730733454640}
	got, err := parseStat([]byte(statLine(fake{pid: 7, comm: "a) R (b", ticks: 153339, stack: 140730733454640})))
	require.NoError(t, err)
	assert.Equal(t, want, got)
	whole := statLine(fake{pid: 7, comm: "x", ticks: 1})
	for _, bad := range []string{"", "7", "7 (x", "7 )x(", "7 (x) S 1 2", strings.Replace(whole, " 0 1 3133440", " 0 y 3133440", 1)} {
		_, err := parseStat([]byte(bad))
		assert.ErrorIs(t, err, errStat, bad)
	}
}

func TestSameStart(t *testing.T) {
	for _, c := range []struct {
		ns, ticks uint64
		want      bool
	}{{0, 0, true}, {1533391234567, 153339, true}, {1533391234567, 153340, false}, {1533391234567, 153338, false}, {1533390000000, 153339, true}} {
		assert.Equal(t, c.want, sameStart(c.ns, c.ticks), c)
	}
}

func TestVpidOf(t *testing.T) {
	for status, want := range map[string]uint32{
		"": 0, "Name:\tx\nNSpid:\t77\t5\t1\nNSpgid:\t9\n": 1, "NSpid:\t77\n": 77, "NSpid:\n": 0, "NSpid:\tx\n": 0,
	} {
		assert.Equal(t, want, vpidOf(status), status)
	}
}

func TestNsInode(t *testing.T) {
	for link, want := range map[string]uint32{"net:[4026531840]": 4026531840, "": 0, "net": 0, "net:[x]": 0} {
		assert.Equal(t, want, nsInode(link), link)
	}
}

func TestSplitArgs(t *testing.T) {
	assert.Nil(t, splitArgs(nil, false))
	assert.Nil(t, splitArgs([]byte("\x00\x00"), false))
	assert.Equal(t, []string{"a", "", "b"}, splitArgs([]byte("a\x00\x00b\x00"), false))
	assert.Equal(t, []string{"a", "b"}, splitArgs([]byte("a\x00b\x00hal"), true))
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte(statLine(fake{pid: 7, comm: "x", ticks: 1})))
	f.Fuzz(func(_ *testing.T, line []byte) {
		_, _ = parseStat(line)
		_ = vpidOf(string(line))
		_ = splitArgs(line, true)
	})
}
