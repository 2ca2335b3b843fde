//go:build linux && (amd64 || arm64)

package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/beylareceiver/beylareceiver/internal/clock"
	"github.com/beylareceiver/beylareceiver/internal/correlate"
	"github.com/beylareceiver/beylareceiver/internal/flow"
	"github.com/beylareceiver/beylareceiver/internal/iface"
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/proto/all"
	"github.com/beylareceiver/beylareceiver/internal/proto/opaque"
	"github.com/beylareceiver/beylareceiver/internal/selection"
	"github.com/beylareceiver/beylareceiver/internal/span"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// Open opens the source and builds the stages. Nothing runs yet.
func Open(cfg Config) (*Engine, error) {
	e, err := newEngine(cfg)
	if err != nil {
		return nil, err
	}
	if err := e.openSource(); err != nil {
		return nil, err
	}
	e.build()
	return e, nil
}

func newEngine(cfg Config) (*Engine, error) {
	selector, err := selection.New(cfg.Include, cfg.Exclude)
	if err != nil {
		return nil, err
	}
	cfg.Tap.Threads = cfg.Correlate.Threads
	cfg.Correlate.Random = correlate.NewRandom()
	e := &Engine{
		cfg:      cfg,
		selector: selector,
		udp:      make(map[uint64]udpSocket),
		known:    make(map[uint32]known),
		out:      make(chan *Batch, cfg.Queue),
		spare:    make(chan *Batch, spareBatches),
		quit:     make(chan struct{}),
	}
	e.correlate = correlate.New(cfg.Correlate, (*hostView)(e))
	return e, nil
}

// build makes the stages behind an open source.
func (e *Engine) build() {
	e.procs = process.New(e.cfg.Process)
	e.builder = span.NewBuilder(e.clock)
	e.flows = flow.New(e.cfg.Flow, &e.book, (*flowSink)(e))
	for _, p := range all.Protocols(e.cfg.Protocols) {
		e.protocols = append(e.protocols, protocol{Protocol: p, off: e.cfg.Off[p.Name()], errors: new(atomic.Uint64)})
	}
	if last := &e.protocols[len(e.protocols)-1]; last.Name() == opaque.Name {
		e.fallback = last
	}
	if e.cfg.Explain {
		e.explain = newExplainer(e)
	}
	e.batch = e.newBatch()
}

func (e *Engine) openSource() error {
	if e.cfg.Pcap != "" {
		c, err := openCapture(&e.cfg)
		if err != nil {
			return err
		}
		e.src, e.file, e.clock = c, c, c.clock
		e.cfg.Process.Elsewhere = true
		return nil
	}
	wall, err := clock.New()
	if err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	if e.cfg.Interfaces != nil {
		w, err := iface.Open(*e.cfg.Interfaces)
		if err != nil {
			return err
		}
		e.src, e.wire, e.clock = w, w, wall
		if !e.cfg.Sockets {
			e.cfg.Process.Elsewhere = true
			return nil
		}
	}
	if err := e.findCgroups(); err != nil {
		return e.unwire(err)
	}
	t, err := tap.Open(e.cfg.Tap)
	if err != nil {
		return e.unwire(err)
	}
	e.src, e.tap, e.clock = t, t, wall
	if e.wire != nil {
		e.src = &joined{sources: [...]source{t, e.wire}}
	}
	e.owners, e.sweeps = t.Report().Owners != tap.RungNone, !t.Report().States
	return nil
}

// unwire lets go of the interfaces when the sockets cannot be read.
func (e *Engine) unwire(err error) error {
	if e.wire == nil {
		return err
	}
	return errors.Join(err, e.wire.Close())
}

// findCgroups fills in the host's cgroup v2 root where the configuration leaves
// it open: what the tap attaches to, and what names cgroup ids.
func (e *Engine) findCgroups() error {
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return fmt.Errorf("find the cgroup v2 root: %w", err)
	}
	defer mounts.Close()
	root, err := process.FindCgroup2Mount(mounts)
	if e.cfg.Tap.CgroupPath != "" {
		e.cfg.Process.CgroupRoot = cmp.Or(root, e.cfg.Tap.CgroupPath)
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the cgroup v2 root: %w", err)
	}
	e.cfg.Tap.CgroupPath, e.cfg.Process.CgroupRoot = root, root
	return nil
}
