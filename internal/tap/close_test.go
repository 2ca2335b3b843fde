//go:build linux && (amd64 || arm64)

package tap_test

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// things is what a tap has in the kernel and open in the process.
type things struct{ programs, links, maps, descriptors int }

// census counts them, those of other taps of the host left out.
func census(t *testing.T) things {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	n := things{descriptors: len(all)}
	for _, e := range all {
		kind, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err != nil {
			continue
		}
		switch kind {
		case "anon_inode:bpf-prog":
			n.programs++
		case "anon_inode:bpf-map":
			n.maps++
		case "anon_inode:bpf_link":
			n.links++
		}
	}
	return n
}

func (n things) check(t *testing.T) {
	t.Helper()
	require.Equal(t, n, census(t), "left behind")
}

// ours are the ids of the links held by this process, by which the kernel knows them.
func ours(t testing.TB) map[link.ID]bool {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fdinfo")
	require.NoError(t, err)
	ids := map[link.ID]bool{}
	for _, e := range all {
		info, err := os.ReadFile("/proc/self/fdinfo/" + e.Name())
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(info)) {
			if number, ok := strings.CutPrefix(line, "link_id:"); ok {
				id, err := strconv.ParseUint(strings.TrimSpace(number), 10, 32)
				require.NoError(t, err)
				ids[link.ID(id)] = true
			}
		}
	}
	return ids
}

// Close leaves nothing: no descriptor, no link, no program.
func TestCloseLeavesNothing(t *testing.T) {
	testkit.Root(t)
	before := census(t)
	k, err := tap.Open(options(testkit.CgroupRoot(t)))
	require.NoError(t, err)
	links := ours(t)
	require.GreaterOrEqual(t, len(links), 4, "both packet hooks, an owner hook and the states")
	programs := map[ebpf.ProgramID]bool{}
	for id := range links {
		programs[programOf(t, id)] = true
	}
	require.NoError(t, k.Close())
	before.check(t)
	for id := range links {
		_, err := link.NewFromID(id)
		require.ErrorIs(t, err, os.ErrNotExist, "link %d is still there", id)
	}
	for id := range programs {
		testkit.Poll(t, 10*time.Second, "the kernel to free a program", func() bool {
			p, err := ebpf.NewProgramFromID(id)
			if err == nil {
				p.Close()
			}
			return errors.Is(err, os.ErrNotExist)
		})
	}
	require.NoError(t, k.Close(), "a second time")
	require.NoError(t, k.Detach(), "after Close")
	require.Zero(t, k.Fill())
	var rec []byte
	require.ErrorIs(t, k.Read(&rec), io.EOF)
	_, err = k.Counters()
	require.Error(t, err)
}

func programOf(t testing.TB, id link.ID) ebpf.ProgramID {
	t.Helper()
	l, err := link.NewFromID(id)
	require.NoError(t, err)
	defer l.Close()
	info, err := l.Info()
	require.NoError(t, err)
	return info.Program
}

// Two taps see the same, each for itself.
func TestTwoTaps(t *testing.T) {
	one, two := look(t), look(t)
	p, port := connect(t)
	one.port, two.port = port, port
	p.ask("question")
	first := one.finish()
	require.NoError(t, one.Close())
	p.answer("answer")
	second := two.finish()
	require.Len(t, kind(first, event.Data), 2)
	require.Len(t, kind(second, event.Data), 4)
	require.Equal(t, parts(first), parts(second)[:2])
}

// After Detach the ring gives what it holds, and then its end, again and again.
func TestDetach(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Drain = time.Hour })
	p, port := connect(t)
	w.port = port
	p.ask("before")
	require.NoError(t, w.Detach())
	counted := w.count()
	p.ask("after")
	require.Equal(t, counted, w.count(), "no program runs any more")
	require.Equal(t, []string{"before", "before"}, payloads(w.finish()))
	require.NoError(t, w.Detach())
	for range 3 {
		_, err := w.read()
		require.ErrorIs(t, err, io.EOF)
	}
}

func payloads(events []event.Event) (out []string) {
	for _, p := range parts(events) {
		out = append(out, p.Payload)
	}
	return out
}

// Detach ends a read that waits.
func TestDetachWakes(t *testing.T) {
	w := look(t, func(o *tap.Options) { o.Drain = time.Hour })
	end := make(chan error, 1)
	go func() {
		var rec []byte
		for {
			if err := w.Read(&rec); err != nil {
				end <- err
				return
			}
		}
	}()
	require.NoError(t, w.Detach())
	require.ErrorIs(t, <-end, io.EOF)
}
