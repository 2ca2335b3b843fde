//go:build linux && (amd64 || arm64)

package tap_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/tap"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// rungsVariable lists the rungs that the kernel at hand is known to have.
const rungsVariable = "TAP_TEST_RUNGS"

// On a forced rung the tap works, with owners from there or, where the kernel
// refuses it, with a report of what is missing.
func TestRungs(t *testing.T) {
	for _, rung := range []tap.Rung{tap.RungAuto, tap.RungTracepoint, tap.RungFexit, tap.RungKprobe, tap.RungNone} {
		t.Run("rung "+string(rung), func(t *testing.T) {
			w := look(t, func(o *tap.Options) { o.Owners = rung })
			got := w.Report()
			t.Logf("reached %q", got.Owners)
			for _, m := range got.Missing {
				t.Logf("missing: %s: %v", m.Feature, firstLine(m.Err))
			}
			require.True(t, got.States)
			switch rung {
			case tap.RungAuto:
				require.NotEqual(t, tap.RungNone, got.Owners)
			case tap.RungNone:
				require.Equal(t, tap.RungNone, got.Owners)
				require.Empty(t, got.Missing)
			default:
				checkForced(t, rung, &got)
			}
			if slices.Contains(strings.Fields(os.Getenv(rungsVariable)), string(rung)) {
				require.Equal(t, rung, got.Owners, "%s promises it", rungsVariable)
			}
			checkWorks(t, w, got.Owners != tap.RungNone)
		})
	}
}

func checkForced(t *testing.T, rung tap.Rung, got *tap.Report) {
	t.Helper()
	if got.Owners == rung {
		return
	}
	require.Equal(t, tap.RungNone, got.Owners, "no other rung than the one asked for")
	require.NotEmpty(t, got.Missing)
	require.Equal(t, "owner hooks by "+string(rung), got.Missing[len(got.Missing)-1].Feature)
	require.Error(t, got.Missing[len(got.Missing)-1].Err)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// checkWorks sends a question and an answer past the tap; with owners, threads
// and processes are known.
func checkWorks(t *testing.T, w *watch, owners bool) {
	t.Helper()
	p, port := connect(t)
	w.port = port
	p.ask("question")
	p.answer("answer")
	p.ask("again")
	p.close()
	w.until("the server's close", isClose(port))
	events := at(w.finish(), port)
	require.Equal(t, []part{
		{event.Ingress, event.MsgStart, 0, 8, "question"},
		{event.Egress, event.MsgStart, 0, 6, "answer"},
		{event.Ingress, event.MsgStart, 8, 5, "again"},
	}, parts(events))
	if !owners {
		return
	}
	self := uint32(os.Getpid())
	data := kind(events, event.Data)
	require.Len(t, kind(events, event.Owner), 1)
	require.Equal(t, self, kind(events, event.Owner)[0].Process.PID)
	require.Equal(t, []uint32{self, self}, []uint32{data[1].Process.PID, data[2].Process.PID})
	require.Less(t, data[1].ReadTime, data[1].Time)
	require.Greater(t, data[1].ReadTime, data[0].Time)
	require.Equal(t, self, kind(events, event.Close)[0].Process.PID)
}

// What cannot be opened says why, and leaves nothing behind.
func TestOpenRefuses(t *testing.T) {
	testkit.Root(t)
	root := testkit.CgroupRoot(t)
	for name, c := range map[string]struct {
		change func(*testing.T, *tap.Options)
		is     error
		says   string
	}{
		"no such folder":  {func(_ *testing.T, o *tap.Options) { o.CgroupPath = "/no/such/folder" }, tap.ErrCgroup, `capture.cgroup_path "/no/such/folder"`},
		"no cgroup":       {func(t *testing.T, o *tap.Options) { o.CgroupPath = t.TempDir() }, tap.ErrCgroup, "capture.cgroup_path"},
		"a file":          {func(_ *testing.T, o *tap.Options) { o.CgroupPath = filepath.Join(root, "cgroup.procs") }, tap.ErrCgroup, "capture.cgroup_path"},
		"cgroup v1":       {func(t *testing.T, o *tap.Options) { o.CgroupPath = cgroupV1(t) }, tap.ErrCgroup, "capture.cgroup_path"},
		"ring of no size": {func(_ *testing.T, o *tap.Options) { o.RingBytes = 12345 }, tap.ErrKernel, "create the maps"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(root)
			c.change(t, &o)
			left := census(t)
			_, err := tap.Open(o)
			require.ErrorIs(t, err, c.is)
			require.Contains(t, err.Error(), c.says)
			require.NotContains(t, err.Error(), "\n", "one sentence")
			left.check(t)
		})
	}
}

// cgroupV1 is a folder of the old hierarchy: a file system of its kind if there is one.
func cgroupV1(t *testing.T) string {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 2 && f[2] == "cgroup" {
			return f[1]
		}
	}
	t.Skip("no cgroup v1 is mounted here")
	return ""
}

// A program that runs as another user, in another place, is seen like any.
func TestCgroup(t *testing.T) {
	group := testkit.NewCgroup(t, "beyla-tap-test")
	inside := look(t, func(o *tap.Options) { o.CgroupPath = group.Path })
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	inside.port = port
	helper := startHelper(t, "client "+l.Addr().String(), group.Place())
	c, err := l.Accept()
	require.NoError(t, err)
	defer c.Close()
	converse(t, helper, c, "hello")
	events := kind(inside.finish(), event.Data)
	require.Len(t, events, 2, "the server's end is outside the cgroup")
	for _, ev := range events {
		require.Equal(t, port, ev.Remote.Port())
		require.Equal(t, group.ID(t), ev.Process.Cgroup)
	}
	require.NoError(t, syscall.Kill(helper.PID(), 0))
}
