package process

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func TestResolverWalks(t *testing.T) {
	root := t.TempDir()
	mkdir := func(dir string) uint64 {
		full := filepath.Join(root, dir)
		require.NoError(t, os.MkdirAll(full, 0o755))
		return inodeOf(t, full)
	}
	deep, wide := mkdir("system.slice/docker-x.scope/init"), mkdir("user.slice")
	require.NoError(t, os.WriteFile(filepath.Join(root, "cgroup.procs"), nil, 0o644))
	r := newResolver(root)
	for id, want := range map[uint64]string{inodeOf(t, root): "/", deep: "/system.slice/docker-x.scope/init", wide: "/user.slice"} {
		got, ok := r.path(id, 0)
		assert.True(t, ok)
		assert.Equal(t, want, got)
	}
	late := mkdir("late")
	_, ok := r.path(late, walkEvery-1)
	assert.False(t, ok, "no second walk within the second")
	got, ok := r.path(late, walkEvery)
	assert.True(t, ok)
	assert.Equal(t, "/late", got)
	_, ok = r.path(0, 2*walkEvery)
	assert.False(t, ok, "no id")
}

func TestResolverWalksInSteps(t *testing.T) {
	root := t.TempDir()
	var ids []uint64
	for i := range 3 * walkStep {
		dir := filepath.Join(root, fmt.Sprintf("%04d", i), "below")
		require.NoError(t, os.MkdirAll(dir, 0o755))
		ids = append(ids, inodeOf(t, dir))
	}
	r := newResolver(root)
	_, _ = r.path(1<<60, 0)
	assert.Equal(t, walkStep, r.visited)
	assert.NotEmpty(t, r.todo)
	for range 8 {
		_, _ = r.path(1<<60, 0)
	}
	assert.Empty(t, r.todo)
	assert.Equal(t, 6*walkStep+1, r.visited)
	for i, id := range ids {
		got, ok := r.path(id, 0)
		assert.True(t, ok)
		assert.Equal(t, fmt.Sprintf("/%04d/below", i), got)
	}
}

func TestResolverWithoutRoot(t *testing.T) {
	_, ok := newResolver("").path(5, 0)
	assert.False(t, ok)
	_, ok = newResolver(filepath.Join(t.TempDir(), "none")).path(5, 0)
	assert.False(t, ok)
}

// TestResolverLive asks the kernel's own cgroup v2 tree, with handles and without.
func TestResolverLive(t *testing.T) {
	root := cgroupRoot(t)
	dir := filepath.Join(root, "beyla-resolver-test")
	if err := os.Mkdir(dir, 0o755); err != nil {
		testkit.Without(t, "may not make cgroups: %v", err)
	}
	id := inodeOf(t, dir)
	for _, handles := range []bool{true, false} {
		r := newResolver(root)
		if handles && !r.handles.usable {
			t.Errorf("%s was not taken for a cgroup v2 mount", root)
		}
		r.handles.usable = handles
		got, ok := r.path(id, 0)
		assert.True(t, ok)
		assert.Equal(t, "/beyla-resolver-test", got)
		got, ok = r.path(inodeOf(t, root), 0)
		assert.True(t, ok)
		assert.Equal(t, "/", got)
	}
	require.NoError(t, os.Remove(dir))
	r := newResolver(root)
	_, ok := r.path(id, 0)
	assert.False(t, ok, "removed")
}

func cgroupRoot(t testing.TB) string {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		testkit.Without(t, "no mount table: %v", err)
	}
	defer f.Close()
	root, err := FindCgroup2Mount(f)
	if err != nil {
		testkit.Without(t, "no cgroup v2: %v", err)
	}
	return root
}

func TestByCgroup(t *testing.T) {
	root := t.TempDir()
	p, w, c := setup(t, func(o *Options) { o.CgroupRoot = root })
	rel := "/kubepods/burstable/pod" + uid + "/" + id64
	dir := filepath.Join(root, rel)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	id := inodeOf(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0\n90\n77\n"), 0o644))
	p.add(shop())
	r := c.Lookup(event.Process{Cgroup: id, NetNS: 3})
	assert.Equal(t, "shop", r.Service, "named by its oldest process")
	assert.Equal(t, id64, r.ContainerID)
	assert.Equal(t, uid, value(r, "k8s.pod.uid"))
	assert.Equal(t, "1.2", value(r, "service.version"))
	assert.Equal(t, rel, r.CgroupPath)
	assert.Equal(t, uint32(3), r.NetNS)
	assert.Empty(t, r.Executable)
	for _, key := range []string{"process.pid", "process.command", "service.instance.id"} {
		_, has := r.Attrs.Get(key)
		assert.False(t, has, key)
	}
	assert.Same(t, r, c.Lookup(event.Process{Cgroup: id}))

	assert.Same(t, c.Unknown(), c.Lookup(event.Process{Cgroup: 1 << 60}))
	assert.Same(t, c.Unknown(), c.Lookup(event.Process{Cgroup: 1 << 60}))
	assert.Equal(t, uint64(1), c.Stats().Unresolved, "not asked for again at once")
	w.now += second
	assert.Same(t, c.Unknown(), c.Lookup(event.Process{Cgroup: 1 << 60}))
	assert.Equal(t, uint64(2), c.Stats().Unresolved)
}

func TestByCgroupNames(t *testing.T) {
	root := t.TempDir()
	p, w, c := setup(t, func(o *Options) { o.CgroupRoot = root })
	p.add(shop())
	for rel, want := range map[string]string{
		"/system.slice/front.service": "front",
		"/system.slice/cron.service":  UnknownService,
		"/user.slice/session-1.scope": UnknownService,
		"/docker/" + id64:             UnknownService,
	} {
		dir := filepath.Join(root, rel)
		require.NoError(t, os.MkdirAll(dir, 0o755))
		procs := "" // an empty cgroup
		if want == UnknownService && rel != "/docker/"+id64 {
			procs = "77\n" // a process that is not what the cgroup is for
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(procs), 0o644))
		w.now += 2 * second
		r := c.Lookup(event.Process{Cgroup: inodeOf(t, dir)})
		assert.Equal(t, want, r.Service, rel)
		assert.Equal(t, rel, r.CgroupPath)
	}
	noProcs := filepath.Join(root, "docker", other6)
	require.NoError(t, os.MkdirAll(noProcs, 0o755))
	w.now += 2 * second
	assert.Equal(t, other6, c.Lookup(event.Process{Cgroup: inodeOf(t, noProcs)}).ContainerID)
}

func TestByCgroupOverBudget(t *testing.T) {
	root := t.TempDir()
	p, w, c := setup(t, func(o *Options) { o.CgroupRoot = root; o.LookupsPerSecond = 1 })
	p.add(shop())
	dir := filepath.Join(root, "docker", id64)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("77\n"), 0o644))
	c.Lookup(event.Process{PID: 5, Start: 1}) // takes the only token
	who := event.Process{Cgroup: inodeOf(t, dir)}
	r := c.Lookup(who)
	assert.Equal(t, UnknownService, r.Service)
	assert.Equal(t, id64, r.ContainerID)
	assert.Same(t, r, c.Lookup(who))
	w.now += 2 * second
	assert.Equal(t, "shop", c.Lookup(who).Service)
}

func TestGoneProcessKeepsItsContainer(t *testing.T) {
	root := t.TempDir()
	_, _, c := setup(t, func(o *Options) { o.CgroupRoot = root })
	dir := filepath.Join(root, "docker", id64)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	r := c.Lookup(event.Process{PID: 5, Start: 1, Comm: "curl", Cgroup: inodeOf(t, dir)})
	assert.Equal(t, "curl", r.Service)
	assert.Equal(t, id64, r.ContainerID)
	assert.Equal(t, "docker", value(r, "container.runtime.name"))
}

func TestPathOutOfTheNamespaceIsAskedByID(t *testing.T) {
	root := t.TempDir()
	p, _, c := setup(t, func(o *Options) { o.CgroupRoot = root })
	dir := filepath.Join(root, "kubepods", "pod"+uid, id64)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	f := shop()
	f.cgroup = "0::/../" + id64 + "\n"
	p.add(f)
	who := seen(f)
	who.Cgroup = inodeOf(t, dir)
	assert.Equal(t, "/kubepods/pod"+uid+"/"+id64, c.Lookup(who).CgroupPath)
	f.pid = 78
	p.add(f)
	assert.Equal(t, "/"+id64, c.Lookup(seen(f)).CgroupPath, "without an id the path is what it is")
}
