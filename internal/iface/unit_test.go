//go:build linux && (amd64 || arm64)

package iface

import (
	"errors"
	"io"
	"os"
	"path"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/replay"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func TestChooses(t *testing.T) {
	lo, eth := &device{name: "lo", loopback: true}, &device{name: "eth0"}
	for name, c := range map[string]struct {
		options Options
		lo, eth bool
	}{
		"all":              {Options{}, false, true},
		"and loopback":     {Options{Loopback: true}, true, true},
		"by name":          {Options{Interfaces: []string{"lo"}}, true, false},
		"by pattern":       {Options{Interfaces: []string{"wlan?", "eth*"}}, false, true},
		"a name is whole":  {Options{Interfaces: []string{"eth"}}, false, false},
		"a list by itself": {Options{Interfaces: []string{"eth0"}, Loopback: true}, false, true},
	} {
		require.Equal(t, c.lo, c.options.chooses(lo), name)
		require.Equal(t, c.eth, c.options.chooses(eth), name)
	}
}

func TestValidate(t *testing.T) {
	require.NoError(t, (&Options{Interfaces: []string{"eth*", "veth[0-9]"}}).Validate())
	err := (&Options{Interfaces: []string{"eth0", "veth[0-9"}}).Validate()
	require.ErrorIs(t, err, path.ErrBadPattern)
	require.EqualError(t, err, `interface "veth[0-9": syntax error in pattern`)
	_, err = Open(Options{Interfaces: []string{"["}})
	require.ErrorIs(t, err, path.ErrBadPattern)
}

// TestParse: lengths are not believed.
func TestParse(t *testing.T) {
	r := &bpfRing{links: &links{}}
	r.links.set(map[uint32]replay.Link{3: replay.IP})
	good := []byte{
		1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 1, 8, 0, 0,
		'0', '1', '2', '3', '4', '5', '6', '7', 'a', 'b', 0, 0,
	}
	var p replay.Packet
	require.NoError(t, r.parse(good, &p))
	require.Equal(t, replay.Packet{Time: 1, Data: []byte("ab"), Wire: 9, Link: replay.IP, Tail: []byte("01234567"), Via: 7}, p)
	r.links.set(map[uint32]replay.Link{4: replay.IP})
	require.NoError(t, r.parse(good, &p), "it has gone, this was before")
	good[8] = 5
	require.ErrorIs(t, r.parse(good, &p), os.ErrDeadlineExceeded, "not read, ever")
	for n := range headSize + 2 {
		require.ErrorIs(t, r.parse(good[:n], &p), errRecord, n)
	}
	good[16] = 10
	require.ErrorIs(t, r.parse(append(good, make([]byte, 99)...), &p), errRecord, "more captured than there was")
}

// TestLinks: what has gone is known for a while, and what is back for good.
func TestLinks(t *testing.T) {
	var l links
	knows := func(index uint32) bool { _, ok := l.get(index); return ok }
	require.False(t, knows(1))
	l.set(map[uint32]replay.Link{1: replay.IP, 2: replay.IP})
	l.set(map[uint32]replay.Link{2: replay.IP})
	require.True(t, knows(1) && knows(2))
	l.set(map[uint32]replay.Link{1: replay.IP, 2: replay.IP})
	for i := range uint32(2 * farewells) {
		l.set(map[uint32]replay.Link{1: replay.IP, 1000 + i: replay.IP})
	}
	require.True(t, knows(1) && knows(999+2*farewells) && knows(998+2*farewells))
	require.False(t, knows(2) || knows(1000))
	require.Len(t, l.left, farewells)
}

// TestFilterSize: the kernel takes 4096 instructions, whatever is chosen.
func TestFilterSize(t *testing.T) {
	sized := func(n int) int {
		chosen := make(map[int]*device)
		for i := range n {
			chosen[i+1] = &device{index: i + 1}
		}
		raw, err := filter(chosen)
		require.NoError(t, err)
		return len(raw)
	}
	require.Equal(t, 1, sized(0), "nothing is chosen, nothing comes through")
	require.Equal(t, sized(200)+2, sized(201))
	require.LessOrEqual(t, sized(maxChosen), 4096)
	require.Less(t, sized(maxChosen+1), 100, "too many to tell apart")
}

// TestHeadSize: the record's layout is bpf/lib/interface.h's.
func TestHeadSize(t *testing.T) {
	spec, err := loadBpf()
	require.NoError(t, err)
	var head bpfBeylaIfacePacket
	require.NotNil(t, spec.Programs["beyla_iface_ingress"])
	require.Equal(t, headSize, 8+4+4+4+1+1+len(head.Pad)+len(head.Tail))
}

// TestWatch: a watcher ends when it is told to, and leaves nothing behind.
func TestWatch(t *testing.T) {
	w, err := watch(func() {})
	require.NoError(t, err)
	w.close()
}

// TestLife: a source can be detached and closed in any order, twice, and says so.
func TestLife(t *testing.T) {
	testkit.Root(t)
	for _, way := range []Way{WayTCX, WayClsact, WayPacket} {
		s, err := Open(Options{Interfaces: []string{"none-of-these"}, Way: way, RingBytes: 1 << 20, Drain: time.Millisecond})
		require.NoError(t, err)
		var raw []byte
		require.ErrorIs(t, s.Read(&raw), os.ErrDeadlineExceeded)
		require.Equal(t, Report{Way: way}, s.Report())
		var wait sync.WaitGroup
		wait.Go(func() { require.NoError(t, s.Detach()) })
		require.Eventually(t, func() bool { return errors.Is(s.Read(&raw), io.EOF) }, 5*time.Second, time.Millisecond)
		wait.Wait()
		require.NoError(t, s.Detach())
		require.NoError(t, s.Close())
		require.NoError(t, s.Close())
		require.NoError(t, s.Order(1, tap.Ignore))
		_, err = s.Counters()
		require.NoError(t, err)
		require.ErrorIs(t, s.Read(&raw), io.EOF)
	}
}

// TestLinkOf: kinds of interfaces whose packets are not understood are left out.
func TestLinkOf(t *testing.T) {
	for kind, want := range map[string]replay.Link{"ether": replay.Ethernet, "loopback": replay.Ethernet, "none": replay.IP, "sit": replay.IP} {
		got, known := linkOf(kind)
		require.True(t, known)
		require.Equal(t, want, got, kind)
	}
	_, known := linkOf("infiniband")
	require.False(t, known)
}
