package preflight

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The numbers are those of Debian's 6.1 and 6.12 and of 6.18.
func TestNetworkNamespace(t *testing.T) {
	for name, c := range map[string]struct {
		inode, cookie, first uint64
		want                 Place
	}{
		"6.1, initial":                        {4026531840, 1, 0, PlaceHost},
		"6.1, made later":                     {4026532114, 4097, 0, PlaceOwn},
		"6.12, the second one":                {4026532114, 2, 0, PlaceOwn},
		"6.18, initial":                       {4026531833, 3, 0, PlaceHost},
		"6.18, made later":                    {4026532177, 4767, 0, PlaceOwn},
		"5.13, that of the first process":     {4026531992, 0, 4026531992, PlaceHost},
		"5.13, another one":                   {4026532992, 0, 4026531992, PlaceOwn},
		"5.13, the first process is not seen": {4026531992, 0, 0, PlaceUnknown},
		"no /proc, the cookie tells":          {0, 1, 0, PlaceHost},
		"no /proc, no cookie":                 {0, 0, 0, PlaceUnknown},
	} {
		assert.Equal(t, Namespace{Place: c.want, Inode: c.inode, Cookie: c.cookie}, network(c.inode, c.cookie, c.first), name)
	}
}

func TestOtherNamespaces(t *testing.T) {
	assert.Equal(t, Namespace{Place: PlaceHost, Inode: 4026531836}, fixed(4026531836, initPID))
	assert.Equal(t, Namespace{Place: PlaceHost, Inode: 4026531837}, fixed(4026531837, initUser))
	assert.Equal(t, Namespace{Place: PlaceHost, Inode: 4026531835}, fixed(4026531835, initCgroup))
	assert.Equal(t, Namespace{Place: PlaceOwn, Inode: 4026532246}, fixed(4026532246, initPID))
	assert.Equal(t, Namespace{Place: PlaceUnknown}, fixed(0, initPID))
	for inode, want := range map[uint64]Place{
		4026531832: PlaceHost, 4026531840: PlaceHost, 4026531841: PlaceHost, 4026531842: PlaceOwn, 0: PlaceUnknown,
	} {
		assert.Equal(t, Namespace{Place: want, Inode: inode}, mount(inode))
	}
}

func TestInodeOf(t *testing.T) {
	inode, err := inodeOf("pid:[4026531836]")
	require.NoError(t, err)
	assert.EqualValues(t, 4026531836, inode)
	for _, link := range []string{"", "pid", "pid:[]", "pid:[-1]", "pid:[x"} {
		_, err := inodeOf(link)
		assert.Error(t, err, link)
	}
}
