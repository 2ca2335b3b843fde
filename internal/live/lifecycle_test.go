package live

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func TestTwoInstances(t *testing.T) {
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	one, two := create(t, "one", nil, nil), create(t, "two", nil, nil)
	require.NoError(t, one.receiver.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, two.receiver.Start(t.Context(), componenttest.NewNopHost()))
	x := curl(t, n.URL+"/both")[0]
	one.pair(t, n.Addr, x)
	two.pair(t, n.Addr, x)
	one.finish(t, n.Addr, 2)
	two.pair(t, n.Addr, curl(t, n.URL+"/other")[0])
	two.finish(t, n.Addr, 4)
	assert.Len(t, one.Spans().Where(of(n.Addr)), 2)
}

// programs are the ids of the BPF programs that this process has attached.
func programs(t testing.TB) map[int]bool {
	t.Helper()
	ids := make(map[int]bool)
	infos, err := filepath.Glob("/proc/self/fdinfo/*")
	require.NoError(t, err)
	for _, info := range infos {
		text, err := os.ReadFile(info)
		if err != nil {
			continue // closed meanwhile
		}
		if m := regexp.MustCompile(`(?m)^prog_id:\s+(\d+)$`).FindSubmatch(text); m != nil {
			id, err := strconv.Atoi(string(m[1]))
			require.NoError(t, err)
			ids[id] = true
		}
	}
	return ids
}

// loaded tells how many of the programs the kernel still has.
func loaded(t testing.TB, ids map[int]bool) int {
	t.Helper()
	var all []struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	}
	require.NoError(t, json.Unmarshal([]byte(testkit.Place{}.Run(t, "bpftool", "--json", "prog", "list")), &all))
	n := 0
	for _, p := range all {
		if ids[p.ID] {
			n++
		}
	}
	return n
}

func TestShutdownUnderLoad(t *testing.T) {
	testkit.Need(t, "bpftool", "wrk")
	n := testkit.StartNginx(t, testkit.NginxOptions{NoLog: true})
	counted := new(tally)
	in := create(t, "", nil, counted)
	require.NoError(t, in.receiver.Start(t.Context(), componenttest.NewNopHost()))
	ids := programs(t)
	require.GreaterOrEqual(t, len(ids), 6, "packets, owners, states, own sockets")
	require.Equal(t, len(ids), loaded(t, ids))
	load := testkit.Start(t, testkit.Spec{Args: []string{"wrk", "-t1", "-c16", "-d3s", n.URL}})
	testkit.Poll(t, patience, "spans under load", func() bool { return counted.total() > 10_000 })

	began := time.Now()
	in.shutdown(t)
	took := time.Since(began)
	at := counted.total()
	t.Logf("shut down in %v, after %d spans", took, at)
	assert.Less(t, took, 2*time.Second)
	assert.True(t, load.Running(), "the load went on")
	testkit.Poll(t, patience, "the programs to be gone", func() bool { return loaded(t, ids) == 0 })
	assert.Empty(t, programs(t))
	assert.Equal(t, at, counted.total(), "nothing comes after Shutdown")
	load.Stop()
}

// TestRestart: a receiver that was shut down has given everything back.
func TestRestart(t *testing.T) {
	n := testkit.StartNginx(t, testkit.NginxOptions{})
	descriptors := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(all)
	}
	var files, routines int
	for round := range 5 {
		in := create(t, "", nil, nil)
		require.NoError(t, in.receiver.Start(t.Context(), componenttest.NewNopHost()))
		in.pair(t, n.Addr, curl(t, n.URL+"/")[0])
		in.finish(t, n.Addr, 2)
		require.NoError(t, in.receiver.Shutdown(t.Context()), "twice")
		if round == 0 {
			files, routines = descriptors(), runtime.NumGoroutine()
			continue
		}
		// Programs that were started and have ended may still be on their way out.
		testkit.Poll(t, patience, "file descriptors and goroutines to be given back", func() bool {
			return descriptors() <= files && runtime.NumGoroutine() <= routines
		})
	}
}

func TestNoCgroup(t *testing.T) {
	for _, path := range []string{"/nonexistent", os.TempDir()} {
		in := create(t, "", keys{"capture": keys{"cgroup_path": path}}, nil)
		err := in.receiver.Start(t.Context(), componenttest.NewNopHost())
		require.ErrorContains(t, err, `capture.cgroup_path "`+path+`": not a cgroup v2 folder`)
	}
}

// statusHost is a host that keeps what components report.
type statusHost struct{ events []*componentstatus.Event }

// GetExtensions implements component.Host.
func (*statusHost) GetExtensions() map[component.ID]component.Component { return nil }

// Report implements componentstatus.Reporter.
func (h *statusHost) Report(e *componentstatus.Event) { h.events = append(h.events, e) }

func TestOnErrorIgnore(t *testing.T) {
	in := create(t, "", keys{"on_error": "ignore", "capture": keys{"cgroup_path": "/nonexistent"}}, nil)
	host := new(statusHost)
	require.NoError(t, in.receiver.Start(context.Background(), host))
	require.Len(t, host.events, 1)
	assert.Equal(t, componentstatus.StatusPermanentError, host.events[0].Status())
	assert.ErrorContains(t, host.events[0].Err(), "not a cgroup v2 folder")
	require.Equal(t, 2, in.logs.Len(), "said once")
	assert.Contains(t, in.logs.All()[0].Message, "preflight: ")
	assert.Contains(t, in.logs.All()[1].Message, "on_error: ignore")
}

// TestHealthyStatus: where the kernel takes everything, nothing is reported.
func TestHealthyStatus(t *testing.T) {
	in, host := create(t, "", nil, nil), new(statusHost)
	require.NoError(t, in.receiver.Start(t.Context(), host))
	in.shutdown(t)
	assert.Empty(t, host.events)
	require.Equal(t, 2, in.logs.Len())
	assert.Equal(t, "reading the sockets of this host", in.logs.All()[0].Message)
	assert.Contains(t, in.logs.All()[1].Message, "preflight: ")
}
