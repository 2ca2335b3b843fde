//go:build linux && (amd64 || arm64)

package tap_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

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
	require.NotZero(t, data[1].ReadTID)
	require.NotZero(t, data[2].WriteTID)
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

// Without privilege the error is one readable sentence that callers can tell;
// with less than all, what works works.
func TestOpenUnprivileged(t *testing.T) {
	testkit.Root(t)
	root := testkit.CgroupRoot(t)
	program := publicCopy(t)
	for name, c := range map[string]struct {
		capabilities []uintptr
		says         []string
	}{
		"none":                                {nil, []string{"no permission: ", "CAP_BPF", "CAP_NET_ADMIN"}},
		"CAP_BPF":                             {[]uintptr{unix.CAP_BPF}, []string{"no permission: "}},
		"CAP_NET_ADMIN":                       {[]uintptr{unix.CAP_NET_ADMIN}, []string{"no permission: "}},
		"CAP_BPF, CAP_NET_ADMIN":              {[]uintptr{unix.CAP_BPF, unix.CAP_NET_ADMIN}, []string{"opened, owners none, states false"}},
		"CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON": {[]uintptr{unix.CAP_BPF, unix.CAP_NET_ADMIN, unix.CAP_PERFMON}, []string{"opened, owners ", "states true"}},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(program)
			cmd.Env = append(os.Environ(), helperVariable+"=open "+root)
			cmd.Dir = "/"
			cmd.SysProcAttr = &syscall.SysProcAttr{
				Credential:  &syscall.Credential{Uid: 65534, Gid: 65534},
				AmbientCaps: c.capabilities,
			}
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			for _, want := range c.says {
				require.Contains(t, string(out), want)
			}
			require.Len(t, strings.Split(strings.TrimSpace(string(out)), "\n"), 1, "one sentence: %s", out)
		})
	}
}

// publicCopy is the test binary where every user can run it.
func publicCopy(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	program, err := os.ReadFile(self)
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "beyla-tap")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, "helper")
	require.NoError(t, os.WriteFile(path, program, 0o755))
	return path
}

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
