package process

import (
	"path"
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/attr"
	"github.com/beylareceiver/beylareceiver/internal/event"
)

// distroName is telemetry.distro.name.
const distroName = "beylareceiver"

// builder turns facts into resources.
type builder struct {
	host      string
	boot      string
	version   string
	elsewhere bool
}

// fromFacts builds the resource of a process that /proc told about. The cgroup
// path was settled by the caller.
func (b *builder) fromFacts(p event.Process, f *facts) *Resource {
	cg := ParseCgroup(f.cgroup)
	others := parseResourceAttributes(f.env.attrs)
	r := &Resource{
		Service:     serviceName(f, others, cg.Unit),
		Executable:  clean(f.exe, maxValue),
		CgroupPath:  f.cgroup,
		ContainerID: cg.ContainerID,
		NetNS:       firstOf(p.NetNS, f.netns),
		Go:          f.golang.Offsets,
	}
	if r.Executable == "" {
		r.Executable = clean(f.name(), maxValue)
	}
	r.Attrs.Str("service.name", r.Service)
	if id := instanceID(b.boot, p.PID, f.ticks); id != "" && !hasKey(others, "service.instance.id") {
		r.Attrs.Str("service.instance.id", id)
	}
	b.processAttrs(r, p, f)
	b.placeAttrs(r, cg)
	addOthers(r, others)
	return r
}

// fromKernel builds the resource of a process that /proc does not tell about.
func (b *builder) fromKernel(p event.Process, cgroup string) *Resource {
	f := facts{program: program{comm: p.Comm}, cgroup: cgroup}
	f.ticks = p.Start / tick
	return b.fromFacts(p, &f)
}

// fromCgroup builds the resource of everything in a cgroup whose process is
// not known; lead, if any, is the program that the cgroup was made for.
func (b *builder) fromCgroup(p event.Process, cgroup string, lead *facts) *Resource {
	f := facts{cgroup: cgroup}
	if lead != nil {
		f.env, f.program, f.netns = lead.env, lead.program, lead.netns
	}
	cg := ParseCgroup(cgroup)
	others := parseResourceAttributes(f.env.attrs)
	r := &Resource{
		Service:     serviceName(&f, others, cg.Unit),
		CgroupPath:  cgroup,
		ContainerID: cg.ContainerID,
		NetNS:       firstOf(p.NetNS, f.netns),
	}
	r.Attrs.Str("service.name", r.Service)
	b.placeAttrs(r, cg)
	addOthers(r, others)
	return r
}

// processAttrs are the facts of the process itself.
func (b *builder) processAttrs(r *Resource, p event.Process, f *facts) {
	a := &r.Attrs
	a.Int("process.pid", int64(p.PID))
	if f.vpid != 0 && f.vpid != p.PID {
		a.Int("process.vpid", int64(f.vpid))
	}
	str(a, "process.executable.name", path.Base(f.name()))
	str(a, "process.executable.path", f.exe)
	str(a, "process.command", f.command())
	if f.golang.Version != "" {
		a.Str("process.runtime.name", "go")
		a.Str("process.runtime.version", f.golang.Version)
	}
}

// placeAttrs are where it runs, and who says so.
func (b *builder) placeAttrs(r *Resource, cg Cgroup) {
	a := &r.Attrs
	str(a, "container.id", cg.ContainerID)
	str(a, "container.name", cg.ContainerName)
	str(a, "container.runtime.name", string(cg.Runtime))
	str(a, "k8s.pod.uid", cg.PodUID)
	if !b.elsewhere {
		str(a, "host.name", b.host)
		a.Str("os.type", "linux")
	}
	a.Str("telemetry.distro.name", distroName)
	str(a, "telemetry.distro.version", b.version)
}

// addOthers adds what OTEL_RESOURCE_ATTRIBUTES says beyond what we know better.
// process.* is ours to tell, and telemetry.* speaks of the SDK in the process,
// which did not make these spans.
func addOthers(r *Resource, others []pair) {
	for _, o := range others {
		if o.value == "" || strings.HasPrefix(o.key, "telemetry.") || strings.HasPrefix(o.key, "process.") {
			continue
		}
		if _, known := r.Attrs.Get(o.key); !known {
			r.Attrs.Str(o.key, o.value)
		}
	}
}

// str appends an attribute unless it is empty.
func str(a *attr.List, key, value string) {
	if value != "" && value != "." {
		a.Str(key, clean(value, maxValue))
	}
}

func hasKey(list []pair, key string) bool {
	for _, p := range list {
		if p.key == key && p.value != "" {
			return true
		}
	}
	return false
}

func firstOf(a, b uint32) uint32 {
	if a != 0 {
		return a
	}
	return b
}
