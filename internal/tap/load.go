//go:build linux && (amd64 || arm64)

package tap

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/features"
	"github.com/cilium/ebpf/rlimit"
	"golang.org/x/sys/unix"
)

// What callers branch on.
var (
	// ErrPermission: the process lacks CAP_BPF or CAP_NET_ADMIN.
	ErrPermission = errors.New("missing privilege: the socket source needs CAP_BPF and CAP_NET_ADMIN (and CAP_PERFMON for processes); run as root, add them, or use capture.source: pcap")
	// ErrCgroup: capture.cgroup_path is no cgroup v2 folder.
	ErrCgroup = errors.New("not a cgroup v2 folder")
	// ErrKernel: the kernel lacks something that the tap cannot do without.
	ErrKernel = errors.New("this kernel cannot run the tap (Linux 5.13 or later with cgroup BPF and BPF ring buffers is needed)")
)

// loader holds what has been opened so far, to be closed in reverse.
type loader struct {
	spec   *ebpf.CollectionSpec
	types  *btf.Cache
	maps   map[string]*ebpf.Map
	memory closers // the maps
	links  closers // what is attached
	report Report
	// hollow says which functions are emptied, because they are not reached.
	hollow struct{ writer, walker bool }
}

// load opens everything; on error nothing stays open.
func load(o Options) (_ *loader, err error) {
	cgroup, err := cgroupID(o.CgroupPath)
	if err != nil {
		return nil, err
	}
	// Kernels before 5.11 charge maps to RLIMIT_MEMLOCK. Where lifting it fails,
	// creating the maps says so.
	_ = rlimit.RemoveMemlock()
	spec, err := loadBpf()
	if err != nil {
		return nil, fmt.Errorf("read the embedded BPF object: %w", err)
	}
	if o.alter != nil {
		o.alter(spec)
	}
	l := &loader{spec: spec, types: btf.NewCache()}
	if _, err := l.types.Kernel(); err != nil {
		inlineFunctions(spec)
	}
	defer func() {
		l.spec, l.types = nil, nil // tens of megabytes, needed for loading only
		if err != nil {
			err = errors.Join(err, l.links.close(), l.memory.close())
		}
	}()
	l.spec.Maps["beyla_ring"].MaxEntries = uint32(o.RingBytes)
	if err := l.loadMaps(); err != nil {
		return nil, err
	}
	if err := l.setConstants(o, cgroup); err != nil {
		return nil, err
	}
	l.loadOwnSockets(o)
	if err := l.climb(o); err != nil {
		return nil, err
	}
	l.loadRelease(o)
	l.loadStates()
	if !o.TraceSelf {
		if err := l.markOpenSockets(); err != nil {
			l.missing("own sockets that were open before", err)
		}
	}
	if err := l.loadPackets(o); err != nil {
		return nil, err
	}
	return l, nil
}

// inlineFunctions makes the verifier check the object's global functions where they
// are called, instead of by themselves, which takes the kernel's type information. It
// is several times the work, so only where there is none.
func inlineFunctions(spec *ebpf.CollectionSpec) {
	for _, p := range spec.Programs {
		for i := range p.Instructions {
			f := btf.FuncMetadata(&p.Instructions[i])
			if f != nil && f.Linkage == btf.GlobalFunc && f.Name != p.Name {
				f.Linkage = btf.StaticFunc
			}
		}
	}
}

// empty empties a function of the object, and takes out those that only it calls. A constant
// keeps it from being reached already, but a verifier may look at every function by itself, and
// without CAP_PERFMON at what the processor would run if it guessed the constant wrong.
func empty(spec *ebpf.CollectionSpec, name string, callees ...string) {
	for _, p := range spec.Programs {
		kept := p.Instructions[:0:0]
		in := ""
		for _, ins := range p.Instructions {
			first := ins.Symbol() != ""
			if first {
				in = ins.Symbol()
			}
			switch {
			case slices.Contains(callees, in), in == name && !first:
			case in == name:
				kept = append(kept, asm.Mov.Imm(asm.R0, 0).WithMetadata(ins.Metadata), asm.Return())
			default:
				kept = append(kept, ins)
			}
		}
		p.Instructions = kept
	}
}

// cgroupID is the kernel's id of a cgroup v2 folder: its inode number.
func cgroupID(path string) (uint64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(path, &fs); err != nil {
		return 0, fmt.Errorf("capture.cgroup_path %q: %w: %w", path, ErrCgroup, err)
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return 0, fmt.Errorf("capture.cgroup_path %q: %w: %w", path, ErrCgroup, err)
	}
	if fs.Type != unix.CGROUP2_SUPER_MAGIC || st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return 0, fmt.Errorf("capture.cgroup_path %q: %w", path, ErrCgroup)
	}
	return st.Ino, nil
}

// loadMaps creates the maps that all programs share.
func (l *loader) loadMaps() error {
	// Asked first, because without privilege creating the maps fails in ways
	// that look like an old kernel.
	if err := features.HaveMapType(ebpf.SkStorage); err != nil {
		return explain("use socket storage", err)
	}
	c, err := ebpf.NewCollectionWithOptions(l.subset(), ebpf.CollectionOptions{Cache: l.types})
	if err != nil {
		return explain("create the maps", err)
	}
	l.maps = c.Maps
	l.memory.add(closeFunc(c.Close))
	return nil
}

// explain says which of the two usual reasons an error has.
func explain(doing string, err error) error {
	var refused *ebpf.VerifierError // also wraps EACCES, but is no matter of privilege
	if errors.As(err, &refused) {
		return fmt.Errorf("%s: %w: %w", doing, ErrKernel, err)
	}
	if errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("%s: %w: %w", doing, ErrPermission, err)
	}
	return fmt.Errorf("%s: %w: %w", doing, ErrKernel, err)
}

func (l *loader) setConstants(o Options, cgroup uint64) error {
	self := uint32(0)
	if !o.TraceSelf {
		self = l.whoami()
	}
	shed := uint32(0)
	if o.Shed {
		shed = 1
	}
	return errors.Join(
		l.set("beyla_window", uint32(o.Window)),
		l.set("beyla_wake_bytes", uint32(o.RingBytes/4)),
		l.set("beyla_self", self),
		l.set("beyla_cgroup", cgroup),
		l.set("beyla_shed", shed),
	)
}

// set gives a constant its value, of the very type that it has in C.
func (l *loader) set(name string, value any) error {
	if err := l.spec.Variables[name].Set(value); err != nil {
		return fmt.Errorf("set constant %s: %w", name, err)
	}
	return nil
}

// subset is the object with these programs only.
func (l *loader) subset(names ...string) *ebpf.CollectionSpec {
	s := l.spec.Copy()
	keep := make(map[string]*ebpf.ProgramSpec, len(names))
	for _, n := range names {
		keep[n] = s.Programs[n]
	}
	s.Programs = keep
	if l.hollow.writer {
		empty(s, "beyla_fill_writer")
	}
	if l.hollow.walker {
		empty(s, "beyla_walk_packet", "beyla_walk_on")
	}
	return s
}

// loadPackets loads and attaches the two programs that are the tap. They go
// last, so that owners are known from the first record on.
func (l *loader) loadPackets(o Options) error {
	l.report.Frames = true
	err := l.tryFrames(func() error {
		return l.loadCgroup(o, "beyla_ingress", ebpf.AttachCGroupInetIngress)
	})
	if err != nil {
		return explain("start the tap", err)
	}
	o.Threads = o.Threads && l.report.Readers // one without the other is no use
	err = l.tryFrames(func() error {
		return l.tryThreads(o, "writers", &l.report.Writers, func() error {
			return l.loadCgroup(o, "beyla_egress", ebpf.AttachCGroupInetEgress)
		})
	})
	if err != nil {
		return explain("start the tap", err)
	}
	return nil
}

// tryFrames loads a program that walks the frames of HTTP/2 or else, from then on, without.
func (l *loader) tryFrames(load func() error) error {
	if l.report.Frames {
		known := len(l.report.Missing)
		err := load()
		if err == nil {
			return nil
		}
		l.report.Missing = l.report.Missing[:known]
		l.missing("frames of HTTP/2 by bpf_loop", err)
		l.report.Frames = false
		if err := l.set("beyla_frames", uint32(0)); err != nil {
			return err
		}
		l.hollow.walker = true
	}
	return load()
}

// programs loads these programs on the shared maps.
func (l *loader) programs(names ...string) (*ebpf.Collection, error) {
	s := l.subset(names...)
	shared := make(map[string]*ebpf.Map, len(l.maps))
	for name, m := range l.maps {
		if name != ".rodata" { // the constants of these programs, frozen when loaded
			shared[name] = m
		}
	}
	return ebpf.NewCollectionWithOptions(s, ebpf.CollectionOptions{MapReplacements: shared, Cache: l.types})
}

func (l *loader) missing(feature string, err error) {
	l.report.Missing = append(l.report.Missing, Missing{Feature: feature, Err: err})
}
