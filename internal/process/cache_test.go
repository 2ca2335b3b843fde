package process

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/event"
)

const second = int64(1e9)

// setup makes a cache over a fake /proc, with a clock that stands still.
func setup(t testing.TB, change ...func(*Options)) (*fakeProc, *watch, *Cache) {
	p, w := newFakeProc(t), &watch{now: second}
	o := Options{ProcFS: p.root, HostName: "node1", Version: "1.2.3", Now: w.read, ReadTimeout: time.Minute}
	for _, f := range change {
		f(&o)
	}
	return p, w, New(o)
}

func shop() fake {
	return fake{
		pid: 77, vpid: 5, ticks: 4200, stack: 9, comm: "python3", exe: "/usr/bin/python3.11", cwd: "/srv",
		argv: []string{"python3", "shop.py", "--password=secret"}, netns: 4026531840,
		env:    []string{"SECRET=secret", "OTEL_RESOURCE_ATTRIBUTES=service.version=1%2E2,service.namespace=web,process.pid=1,host.name=fake,telemetry.sdk.name=x,empty="},
		cgroup: "0::/kubepods/burstable/pod" + uid + "/" + id64 + "\n",
	}
}

// seen is what the kernel tells of a fake process.
func seen(f fake) event.Process {
	return event.Process{PID: f.pid, TID: f.pid, Start: f.ticks*tick + 1234, Comm: f.comm}
}

func TestLookupWholeResource(t *testing.T) {
	p, _, c := setup(t)
	p.add(shop())
	r := c.Lookup(seen(shop()))

	var want attr.List
	want.Str("service.name", "shop")
	want.Str("service.instance.id", instanceID("5a1f0f3c-0000-4000-8000-000000000001", 77, 4200))
	want.Int("process.pid", 77)
	want.Int("process.vpid", 5)
	want.Str("process.executable.name", "python3.11")
	want.Str("process.executable.path", "/usr/bin/python3.11")
	want.Str("process.command", "python3")
	want.Str("container.id", id64)
	want.Str("k8s.pod.uid", uid)
	want.Str("host.name", "node1")
	want.Str("os.type", "linux")
	want.Str("telemetry.distro.name", "beylareceiver")
	want.Str("telemetry.distro.version", "1.2.3")
	want.Str("service.version", "1.2")
	want.Str("service.namespace", "web")
	assert.Equal(t, &Resource{
		Attrs: want, Service: "shop", Executable: "/usr/bin/python3.11", ContainerID: id64,
		CgroupPath: "/kubepods/burstable/pod" + uid + "/" + id64, NetNS: 4026531840,
	}, r)
	assert.NotContains(t, fmt.Sprint(r.Attrs), "secret")

	assert.Same(t, r, c.Lookup(seen(shop())), "the same process, the same pointer")
	assert.Same(t, r, c.Lookup(event.Process{PID: 77}), "also when the start time is not given")
	assert.Equal(t, uint64(1), c.Stats().Reads)
}

func TestInstanceID(t *testing.T) {
	a := instanceID("boot", 77, 4200)
	namespace := uuid.MustParse("4d63009a-8d0f-11ee-aad7-4c796ed8e320") // as the conventions print it
	assert.Equal(t, uuid.NewSHA1(namespace, []byte("boot:77:4200")).String(), a)
	assert.Equal(t, a, instanceID("boot", 77, 4200))
	for _, other := range []string{instanceID("boot2", 77, 4200), instanceID("boot", 78, 4200), instanceID("boot", 77, 4201)} {
		assert.NotEqual(t, a, other)
	}
	assert.Empty(t, instanceID("", 77, 4200))
	assert.Empty(t, instanceID("boot", 77, 0))

	p, _, c := setup(t)
	f := shop()
	f.env = []string{"OTEL_RESOURCE_ATTRIBUTES=service.instance.id=mine"}
	p.add(f)
	assert.Equal(t, "mine", value(c.Lookup(seen(f)), "service.instance.id"), "the program's own word wins")
}

func TestGoneProcessKeepsWhatTheKernelTold(t *testing.T) {
	_, _, c := setup(t)
	r := c.Lookup(event.Process{PID: 9, Start: 5e9, Comm: "shop", NetNS: 3})
	assert.Equal(t, "shop", r.Service)
	assert.Equal(t, "shop", r.Executable)
	assert.Equal(t, "shop", value(r, "process.executable.name"))
	assert.NotEmpty(t, value(r, "service.instance.id"))
	assert.Equal(t, uint32(3), r.NetNS)
	pid, _ := r.Attrs.Get("process.pid")
	assert.Equal(t, int64(9), pid.Num)
	assert.Equal(t, uint64(1), c.Stats().Gone)
	assert.Same(t, r, c.Lookup(event.Process{PID: 9, Start: 5e9, Comm: "shop"}))
	assert.Equal(t, uint64(1), c.Stats().Reads, "it does not come back")

	python := c.Lookup(event.Process{PID: 10, Start: 5e9, Comm: "python3"})
	assert.Equal(t, "unknown_service:python3", python.Service, "an interpreter's name is nobody's")
	nameless := c.Lookup(event.Process{PID: 11, Start: 5e9})
	assert.Equal(t, "unknown_service", nameless.Service)
}

func TestReusedPidIsNotBelieved(t *testing.T) {
	p, _, c := setup(t)
	p.add(shop())
	old := c.Lookup(event.Process{PID: 77, Start: 10 * tick, Comm: "nginx"})
	assert.Equal(t, "nginx", old.Service)
	assert.Empty(t, old.ContainerID)
	assert.Empty(t, value(old, "process.executable.path"))
	assert.Equal(t, uint64(1), c.Stats().Foreign)
	now := c.Lookup(seen(shop()))
	assert.Equal(t, "shop", now.Service)
	assert.Same(t, old, c.Lookup(event.Process{PID: 77, Start: 10 * tick, Comm: "nginx"}))
	assert.Same(t, now, c.Lookup(seen(shop())))
	assert.Same(t, now, c.Lookup(event.Process{PID: 77}), "without a start time it is the newer one")
}

func TestExecIsSeenByItsName(t *testing.T) {
	p, _, c := setup(t)
	f := fake{pid: 77, ticks: 4200, stack: 1, comm: "sh", exe: "/bin/dash", argv: []string{"sh"}}
	p.add(f)
	before := seen(f)
	sh := c.Lookup(before)
	assert.Equal(t, "dash", sh.Service)
	f = fake{pid: 77, ticks: 4200, stack: 2, comm: "shop", exe: "/srv/shop", argv: []string{"/srv/shop"}}
	p.add(f)
	after := c.Lookup(seen(f))
	assert.Equal(t, "shop", after.Service)
	assert.Equal(t, "dash", sh.Service, "a resource never changes")
	assert.Same(t, after, c.Lookup(before), "flows from before the exec do not make it look again")
	assert.Same(t, after, c.Lookup(seen(f)))
	assert.Equal(t, uint64(2), c.Stats().Reads)
}

func TestRenamedThreadKeepsItsPointer(t *testing.T) {
	p, w, c := setup(t)
	f := shop()
	p.add(f)
	r := c.Lookup(seen(f))
	for i := range 100 { // prctl(PR_SET_NAME)
		f.comm = fmt.Sprint("name", i)
		p.add(f)
		assert.Same(t, r, c.Lookup(seen(f)), "nothing that it carries has changed")
	}
	assert.Less(t, c.Stats().Reads, uint64(10), "who renames himself all the time is not read all the time")
	w.now += 2 * second
	f.exe, f.comm = "/srv/shop", "other"
	p.add(f)
	assert.Equal(t, "/srv/shop", c.Lookup(seen(f)).Executable)
}

func TestExecThenExitKeepsTheContainer(t *testing.T) {
	p, _, c := setup(t)
	p.add(shop())
	c.Lookup(seen(shop()))
	p.remove(77)
	who := seen(shop())
	who.Comm = "curl"
	r := c.Lookup(who)
	assert.Equal(t, "curl", r.Service)
	assert.Equal(t, id64, r.ContainerID)
	assert.Empty(t, value(r, "process.command"))
}

func TestWithoutPrivilege(t *testing.T) {
	p, _, c := setup(t)
	f := shop()
	f.exe, f.cwd, f.env, f.netns = "", "", nil, 0
	p.add(f)
	r := c.Lookup(seen(f))
	assert.Equal(t, "shop", r.Service)
	assert.Equal(t, "python3", r.Executable)
	assert.Equal(t, "python3", value(r, "process.executable.name"))
	assert.Empty(t, value(r, "process.executable.path"))
	assert.Equal(t, id64, r.ContainerID)
}

func TestDeletedExecutable(t *testing.T) {
	p, _, c := setup(t)
	f := fake{pid: 5, ticks: 1, comm: "shop", exe: "/srv/shop (deleted)", argv: []string{"shop"}}
	p.add(f)
	assert.Equal(t, "/srv/shop", c.Lookup(seen(f)).Executable)
}

func TestBrokenStat(t *testing.T) {
	p, _, c := setup(t)
	p.write("5/stat", "nonsense")
	assert.Equal(t, "shop", c.Lookup(event.Process{PID: 5, Start: 1, Comm: "shop"}).Service)
	p.write("6/cmdline", "nonsense")
	assert.Equal(t, "shop", c.Lookup(event.Process{PID: 6, Start: 1, Comm: "shop"}).Service)
	assert.Equal(t, uint64(2), c.Stats().Gone)
}

func TestUnknown(t *testing.T) {
	_, _, c := setup(t)
	r := c.Lookup(event.Process{})
	assert.Same(t, c.Unknown(), r)
	assert.Equal(t, "unknown_service", r.Service)
	assert.Equal(t, "node1", value(r, "host.name"))
	_, has := r.Attrs.Get("process.pid")
	assert.False(t, has)
}

func TestStartUnknownThenKnown(t *testing.T) {
	p, _, c := setup(t)
	p.add(shop())
	r := c.Lookup(event.Process{PID: 77})
	assert.Equal(t, "shop", r.Service)
	assert.Same(t, r, c.Lookup(seen(shop())), "the same process turns out to be")
	assert.Same(t, r, c.Lookup(event.Process{PID: 77}))
	assert.Equal(t, uint64(1), c.Stats().Size)
	assert.Equal(t, uint64(1), c.Stats().Reads)
}

func TestStartUnknownAndPidReused(t *testing.T) {
	p, w, c := setup(t)
	p.add(shop())
	first := c.Lookup(event.Process{PID: 77})
	next := fake{pid: 77, ticks: 9000, comm: "nginx", exe: "/usr/sbin/nginx"}
	p.add(next)
	assert.Same(t, first, c.Lookup(event.Process{PID: 77}), "believed for a second")
	w.now += 2 * second
	second := c.Lookup(event.Process{PID: 77})
	assert.Equal(t, "nginx", second.Service)
	assert.Same(t, second, c.Lookup(seen(next)))
	assert.Equal(t, uint64(1), c.Stats().Size)

	w.now += 2e9
	third := fake{pid: 77, ticks: 9900, comm: "caddy", exe: "/usr/bin/caddy"}
	p.add(third)
	assert.Equal(t, "caddy", c.Lookup(event.Process{PID: 77}).Service, "also where the start time was known once")
	assert.Same(t, second, c.Lookup(seen(next)), "who asks for the old one gets it")
	assert.Equal(t, uint64(2), c.Stats().Size)
}

func TestStartUnknownAndGone(t *testing.T) {
	p, w, c := setup(t)
	assert.Equal(t, "unknown_service", c.Lookup(event.Process{PID: 77}).Service)
	w.now += 2 * second
	assert.Equal(t, "unknown_service", c.Lookup(event.Process{PID: 77}).Service)
	assert.Equal(t, uint64(1), c.Stats().Reads)
	p.add(shop())
	w.now += 2 * second
	assert.Equal(t, "shop", c.Lookup(event.Process{PID: 77}).Service)
	assert.Equal(t, "nginx", c.Lookup(event.Process{PID: 77, Start: 1, Comm: "nginx"}).Service)
}

func TestForget(t *testing.T) {
	p, _, c := setup(t)
	p.add(shop())
	who := seen(shop())
	r := c.Lookup(who)
	c.Forget(who.PID, 1)
	assert.Same(t, r, c.Lookup(who))
	c.Forget(who.PID, who.Start)
	assert.Zero(t, c.Stats().Size)
	assert.NotSame(t, r, c.Lookup(who))
}

func TestDefaults(t *testing.T) {
	o := Options{}.withDefaults()
	assert.Equal(t, "/proc", o.ProcFS)
	assert.Equal(t, 8192, o.Entries)
	assert.Equal(t, 2000, o.LookupsPerSecond)
	first := o.Now()
	assert.GreaterOrEqual(t, o.Now(), first)
	c := New(Options{ProcFS: t.TempDir(), CgroupRoot: "/does/not/exist"})
	require.NotNil(t, c.Lookup(event.Process{PID: 1, Start: 1, Cgroup: 5}))
	assert.Equal(t, uint64(8192), c.Stats().Cap)
}

// A capture's traffic says nothing of the host that reads it.
func TestElsewhere(t *testing.T) {
	r := New(Options{ProcFS: t.TempDir(), HostName: "reader", Version: "1", Elsewhere: true}).Unknown()
	for _, key := range []string{"host.name", "os.type"} {
		_, has := r.Attrs.Get(key)
		require.False(t, has, key)
	}
	require.Equal(t, "unknown_service", r.Service)
}

// Two processes may have the same number and begin within one tick of the clock
// that /proc tells start times in. The one that lives elsewhere is not taken for the other.
func TestNumberUsedAgainWithinATick(t *testing.T) {
	p, w, c := setup(t, func(o *Options) { o.CgroupRoot = t.TempDir() })
	p.add(shop())
	home := filepath.Join(c.opts.CgroupRoot, "kubepods/burstable/pod"+uid, id64)
	require.NoError(t, os.MkdirAll(home, 0o755))
	info, err := os.Stat(home)
	require.NoError(t, err)

	other := seen(shop())
	other.Home = inode(info) + 1
	r := c.Lookup(other)
	assert.Equal(t, "unknown_service:python3", r.Service)
	assert.True(t, r.Provisional)
	assert.Equal(t, uint64(1), c.Stats().Foreign)
	w.now += 2 * second
	assert.Equal(t, "shop", c.Lookup(other).Service, "a process that was moved since is looked up again")

	own := seen(shop())
	own.Start++
	own.Home = inode(info)
	assert.Equal(t, "shop", c.Lookup(own).Service)
}
