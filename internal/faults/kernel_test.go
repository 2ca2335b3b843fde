package faults

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/vitals"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// bpftool runs it and reads its JSON, of which there is none when there is nothing to list. A list
// fails when something goes away meanwhile, which on a machine that others use, too, it may.
func bpftool(t testing.TB, into any, args ...string) {
	t.Helper()
	var out string
	testkit.Poll(t, patience, "bpftool "+args[0], func() (done bool) {
		var err error
		out, err = testkit.Place{}.Try(t, append([]string{"bpftool", "--json"}, args...)...)
		return err == nil
	})
	if strings.TrimSpace(out) != "" {
		require.NoError(t, json.Unmarshal([]byte(out), into), "%s", out)
	}
}

// holdings are the eBPF objects of a process: those that it has descriptors of, and the maps that
// only its programs hold.
func holdings(t testing.TB, pid int) vitals.Objects {
	t.Helper()
	p, err := vitals.OfProcess(pid)
	require.NoError(t, err)
	for _, id := range p.Programs {
		var program struct {
			Maps []uint32 `json:"map_ids"`
		}
		bpftool(t, &program, "prog", "show", "id", strconv.Itoa(int(id)))
		p.Maps = append(p.Maps, program.Maps...)
	}
	slices.Sort(p.Maps)
	p.Maps = slices.Compact(p.Maps)
	return p.Objects
}

// left is what the kernel still has of them. Ids are never given twice.
func left(t testing.TB, o vitals.Objects) vitals.Objects {
	t.Helper()
	still := func(kind string, ids []uint32) (found []uint32) {
		var all []struct {
			ID uint32 `json:"id"`
		}
		bpftool(t, &all, kind, "list")
		for _, one := range all {
			if slices.Contains(ids, one.ID) {
				found = append(found, one.ID)
			}
		}
		return found
	}
	return vitals.Objects{Maps: still("map", o.Maps), Programs: still("prog", o.Programs), Links: still("link", o.Links)}
}

// attached is how many programs are attached to the cgroup.
func attached(t testing.TB, group *testkit.Cgroup) int {
	t.Helper()
	var all []any
	bpftool(t, &all, "cgroup", "show", group.Path)
	return len(all)
}

// tapped demands that a receiver is at work, and gives what it holds in the kernel.
func tapped(t testing.TB, pid int, group *testkit.Cgroup) vitals.Objects {
	t.Helper()
	o := holdings(t, pid)
	require.GreaterOrEqual(t, len(o.Programs), 6, "packets in and out, reads and writes, states, own sockets")
	require.GreaterOrEqual(t, len(o.Links), 6)
	require.NotEmpty(t, o.Maps)
	require.GreaterOrEqual(t, attached(t, group), 2)
	require.Equal(t, len(o.Maps)+len(o.Programs)+len(o.Links), count(left(t, o)))
	return o
}

func count(o vitals.Objects) int { return len(o.Maps) + len(o.Programs) + len(o.Links) }

// clean waits until nothing of it is left in the kernel, nor at the cgroup. The kernel frees after
// a grace period.
func clean(t testing.TB, o vitals.Objects, group *testkit.Cgroup) {
	t.Helper()
	var rest vitals.Objects
	defer func() {
		if t.Failed() {
			t.Logf("left in the kernel: %+v", rest)
		}
	}()
	testkit.Poll(t, patience, "the kernel to be as it was", func() bool {
		rest = left(t, o)
		return !rest.Any()
	})
	assert.Zero(t, attached(t, group))
}
