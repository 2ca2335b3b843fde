package faults

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/agent"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// bomb makes $2 processes, 64 at a time, that send one request each to port $1, and prints a
// dot for each that was answered.
const bomb = `
one() {
	exec 3<>/dev/tcp/127.0.0.1/$1
	printf 'GET /%d HTTP/1.0\r\n\r\n' "$2" >&3
	read -r -t 20 _ status _ <&3
	[ "$status" = 200 ] && printf .
}
for ((i = 1; i <= $2; i++)); do
	one "$1" "$i" &
	((i % 64)) || wait
done
wait`

// forks: thousands of processes that live for a moment.
func forks(t *testing.T, th theatre) {
	testkit.Need(t, "bash")
	number := 2000
	if *atLength {
		number = 20_000
	}
	s := th.stage(t)
	o := s.options()
	o.Beyla = "limits: {processes: 64}"
	a := agent.Start(t, o)
	before := a.Look(t)
	p := testkit.Start(t, testkit.Spec{
		Args: []string{"bash", "-c", bomb, "bomb", strconv.Itoa(s.port), strconv.Itoa(number)}, Place: s.group.Place(),
	})
	var most int64
	for p.Running() {
		most = max(most, a.Ask(t).Sum("processes"))
	}
	require.NoError(t, p.Wait(t, patience))
	require.Equal(t, number, strings.Count(p.Output(), "."))
	account := a.Settle(t).Account()
	got, after := s.sink.Of(s.port), a.Look(t)
	t.Logf("%+v, %+v spans, at most %d processes remembered", account, got, most)
	assert.LessOrEqual(t, most, int64(64))
	assert.Less(t, after.Anonymous-before.Anonymous, int64(24<<10), "KiB")
	assert.LessOrEqual(t, after.Descriptors, before.Descriptors+4)
	if account.Lost() == 0 {
		assert.EqualValues(t, number, got.Server)
		assert.EqualValues(t, number, got.Client)
		return
	}
	assert.LessOrEqual(t, 2*int64(number)-got.Total(), account.Lost(), "what is missing is counted")
}

// again runs, $3 times, the program $1 and the program $2 under one and the same process id, and prints
// that. In a pid namespace of one's own the next id can be chosen: proc_sys_kernel(5), ns_last_pid.
const again = `
id=20000
for i in $(seq "$3"); do
	for program in "$1" "$2"; do
		echo $((id - 1)) >/proc/sys/kernel/ns_last_pid
		"$program" -s -o /dev/null "$0/${program##*/}/$i" &
		[ $! = $id ] || echo "another id: $!"
		wait $! || echo "failed: $?"
	done
done
echo done`

// pids: a process that has the id of another one that has just ended is not taken for it, neither by the
// kernel's numbers nor by those of a pid namespace that the collector lives in. There ids can be
// chosen without a thought for others; on the host itself that is for -own-machine.
func pids(t *testing.T, th theatre) {
	testkit.Need(t, "curl")
	t.Run("in a namespace", func(t *testing.T) {
		o := agent.Options{Wrap: []string{"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"}}
		for _, span := range reuse(t, th, o) {
			assert.Contains(t, []any{nil, span.Attrs["program"]}, span.Resource["process.executable.path"])
		}
	})
	t.Run("on the host", func(t *testing.T) {
		if !*ownMachine {
			t.Skip("chooses process ids for the whole machine: -own-machine")
		}
		for _, span := range reuse(t, th, agent.Options{}) {
			assert.Equal(t, span.Attrs["program"], span.Resource["process.executable.path"])
			assert.EqualValues(t, 20_000, span.Resource["process.pid"])
		}
	})
}

// reuse runs two programs by turns with one and the same id, where the collector lives, and gives their
// spans, each with its program as an attribute.
func reuse(t *testing.T, th theatre, o agent.Options) (found testkit.Spans) {
	t.Helper()
	const rounds = 15
	s, dir := th.stage(t), t.TempDir()
	curl, err := exec.LookPath("curl")
	require.NoError(t, err)
	program, err := os.ReadFile(curl)
	require.NoError(t, err)
	names := []string{filepath.Join(dir, "first"), filepath.Join(dir, "second")}
	for _, name := range names {
		require.NoError(t, os.WriteFile(name, program, 0o755))
	}
	o.Exe, o.Cgroup, o.Spans = th.collector, s.group.Path, filepath.Join(dir, "spans")
	a := agent.Start(t, o)
	if o.Wrap != nil {
		a.PID = child(t, a.PID)
	}
	said := testkit.Place{Cgroup: s.group}.Run(t, append([]string{
		"nsenter", "--pid", "--mount", "--target", strconv.Itoa(a.PID), "sh", "-c", again, s.server.URL,
	}, append(names, strconv.Itoa(rounds))...)...)
	require.Equal(t, "done\n", said)
	var all testkit.Spans
	testkit.Poll(t, patience, "spans", func() bool {
		all = testkit.Flatten(testkit.ReadOTLPFile(t, o.Spans)).Kind("Client")
		return len(all) >= 2*rounds
	})
	require.Len(t, all, 2*rounds)
	for i := range rounds {
		for _, name := range names {
			span := all.With("url.full", fmt.Sprintf("%s/%s/%d", s.server.URL, filepath.Base(name), i+1)).One(t)
			assert.Equal(t, filepath.Base(name), span.Service)
			span.Attrs["program"] = name
			found = append(found, span)
		}
	}
	a.Terminate(t)
	return found
}

// child is the only child of a process.
func child(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	require.NoError(t, err)
	id, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	return id
}
