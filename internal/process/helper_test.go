package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fakeProc is a /proc of our own making.
type fakeProc struct {
	t    testing.TB
	root string
}

func newFakeProc(t testing.TB) *fakeProc {
	p := &fakeProc{t: t, root: t.TempDir()}
	p.write("sys/kernel/random/boot_id", "5a1f0f3c-0000-4000-8000-000000000001\n")
	return p
}

func (p *fakeProc) write(name, content string) {
	full := filepath.Join(p.root, name)
	require.NoError(p.t, os.MkdirAll(filepath.Dir(full), 0o755))
	require.NoError(p.t, os.WriteFile(full, []byte(content), 0o644))
}

func (p *fakeProc) link(name, target string) {
	full := filepath.Join(p.root, name)
	require.NoError(p.t, os.MkdirAll(filepath.Dir(full), 0o755))
	_ = os.Remove(full)
	require.NoError(p.t, os.Symlink(target, full))
}

// fake is one process of a fakeProc. Empty fields make no file.
type fake struct {
	pid, vpid uint32
	ticks     uint64
	stack     uint64
	comm      string
	exe, cwd  string
	argv      []string
	env       []string
	cgroup    string
	netns     uint32
}

func (p *fakeProc) add(f fake) {
	dir := fmt.Sprint(f.pid)
	p.write(dir+"/stat", statLine(f))
	if f.exe != "" {
		p.link(dir+"/exe", f.exe)
	}
	if f.cwd != "" {
		p.link(dir+"/cwd", f.cwd)
	}
	p.write(dir+"/cmdline", nulTerminated(f.argv))
	p.write(dir+"/environ", nulTerminated(f.env))
	if f.cgroup != "" {
		p.write(dir+"/cgroup", f.cgroup)
	}
	if f.vpid != 0 {
		p.write(dir+"/status", fmt.Sprintf("Name:\tx\nNStgid:\t%d\t%d\nNSpid:\t%d\t%d\n", f.pid, f.vpid, f.pid, f.vpid))
	}
	if f.netns != 0 {
		p.link(dir+"/ns/net", fmt.Sprintf("net:[%d]", f.netns))
	}
}

func (p *fakeProc) remove(pid uint32) {
	require.NoError(p.t, os.RemoveAll(filepath.Join(p.root, fmt.Sprint(pid))))
}

func statLine(f fake) string {
	return fmt.Sprintf("%d (%s) S 1 1 1 0 -1 4194304 102 0 0 0 0 0 0 0 20 0 1 0 %d 3133440 380 18446744073709551615 1 1 %d 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 1 1 1 1 1 1 1 0\n",
		f.pid, f.comm, f.ticks, f.stack)
}

func nulTerminated(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, "\x00") + "\x00"
}

// watch is a clock that moves when told to.
type watch struct{ now int64 }

func (w *watch) read() int64 { return w.now }

// value is the value of a string attribute; empty if there is none.
func value(r *Resource, key string) string {
	kv, _ := r.Attrs.Get(key)
	return kv.Str
}
