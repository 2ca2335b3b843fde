//go:build linux && (amd64 || arm64)

package iface

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/cilium/ebpf/rlimit"
	"golang.org/x/sys/unix"

	"github.com/beylareceiver/beylareceiver/internal/replay"
)

// bpfRing is the ways with BPF programs: they fill a ring.
type bpfRing struct {
	way      Way
	programs *ebpf.Collection
	reader   *ringbuf.Reader
	links    *links
	drain    time.Duration
	dozing   bool
	record   ringbuf.Record
	hooks    map[int]io.Closer // by index of the interface
}

func openRing(o *Options, way Way, links *links) (*bpfRing, error) {
	// Kernels before 5.11 charge maps to RLIMIT_MEMLOCK. Where lifting it fails,
	// creating the maps says so.
	_ = rlimit.RemoveMemlock()
	spec, err := loadBpf()
	if err != nil {
		return nil, fmt.Errorf("read the embedded BPF object: %w", err)
	}
	spec.Maps["beyla_iface_ring"].MaxEntries = uint32(o.RingBytes)
	if err := spec.Variables["beyla_iface_wake_bytes"].Set(uint32(o.RingBytes / 4)); err != nil {
		return nil, fmt.Errorf("set constant beyla_iface_wake_bytes: %w", err)
	}
	if way == WayClsact {
		for _, p := range spec.Programs {
			p.AttachType = ebpf.AttachNone // unknown to kernels that know no tcx
		}
	}
	c, err := ebpf.NewCollection(spec)
	if err != nil {
		return nil, fmt.Errorf("load the programs: %w", err)
	}
	r := &bpfRing{way: way, programs: c, links: links, drain: o.Drain, hooks: make(map[int]io.Closer)}
	if r.reader, err = ringbuf.NewReader(c.Maps["beyla_iface_ring"]); err != nil {
		c.Close()
		return nil, fmt.Errorf("open the ring: %w", err)
	}
	r.wait(r.drain)
	return r, nil
}

// headSize is the size of struct beyla_iface_packet of bpf/lib/interface.h.
const headSize = 32

var errRecord = errors.New("malformed interface record")

// next implements feed.
func (r *bpfRing) next(p *replay.Packet) error {
	err := r.reader.ReadInto(&r.record)
	switch {
	case err == nil:
		if r.dozing {
			r.wait(r.drain)
		}
		return r.parse(r.record.RawSample, p)
	case errors.Is(err, os.ErrDeadlineExceeded):
		r.wait(r.drain)
		return os.ErrDeadlineExceeded
	case errors.Is(err, ringbuf.ErrFlushed), errors.Is(err, ringbuf.ErrClosed):
		return io.EOF
	}
	return fmt.Errorf("read the ring: %w", err)
}

// parse reads one record. The lengths are checked; what they enclose stays the ring's copy.
func (r *bpfRing) parse(b []byte, p *replay.Packet) error {
	if len(b) < headSize {
		return fmt.Errorf("%w: %d bytes", errRecord, len(b))
	}
	e := binary.NativeEndian
	index, size, captured := e.Uint32(b[8:]), e.Uint32(b[12:]), e.Uint32(b[16:])
	dir, tail := b[20], b[21]
	if uint64(captured) > uint64(len(b)-headSize) || captured > size {
		return fmt.Errorf("%w: %d bytes captured of %d, in %d", errRecord, captured, size, len(b))
	}
	link, chosen := r.links.get(index)
	if !chosen { // seen while it was tried whether anything can be read
		return os.ErrDeadlineExceeded
	}
	*p = replay.Packet{
		Time: int64(e.Uint64(b)), Data: b[headSize : headSize+captured], Wire: int(size),
		Via: index<<1 | uint32(dir&1),
	}
	p.Link = link
	if tail == 8 {
		p.Tail = b[24:32]
	}
	return nil
}

// nap is how long a dozing reader waits.
const nap = time.Second

// wait says how long the next one is waited for.
func (r *bpfRing) wait(d time.Duration) {
	r.dozing = d > r.drain
	r.reader.SetDeadline(time.Now().Add(d))
}

// doze implements feed: the kernel wakes the reader at the next packet.
func (r *bpfRing) doze() {
	if r.programs.Maps["beyla_iface_armed"].Put(uint32(0), uint32(1)) != nil || r.reader.AvailableBytes() > 0 {
		return // a packet that came before it was armed would not wake anybody
	}
	r.wait(nap)
}

// ignore implements hooks: an entry for each direction.
func (r *bpfRing) ignore(t *replay.Tuple) error {
	now, err := boot()
	if err != nil {
		return err
	}
	m := r.programs.Maps["beyla_iface_ignore"]
	for i := range t.Addr {
		k := bpfBeylaIfaceFlow{
			Src: t.Addr[i], Dst: t.Addr[1-i], Sport: t.Port[i], Dport: t.Port[1-i],
			Transport: uint8(t.Transport), Family: t.Family,
		}
		if err := m.Put(&k, uint64(now)); err != nil {
			return fmt.Errorf("write verdict: %w", err)
		}
	}
	return nil
}

// boot is the present moment of CLOCK_BOOTTIME, ns.
func boot() (int64, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 0, fmt.Errorf("read the boot clock: %w", err)
	}
	return ts.Nano(), nil
}

// counters implements hooks.
func (r *bpfRing) counters() (Counters, error) {
	var cpus []bpfBeylaIfaceCounts
	if err := r.programs.Maps["beyla_iface_counter_map"].Lookup(uint32(0), &cpus); err != nil {
		return Counters{}, fmt.Errorf("read the counters: %w", err)
	}
	var n [bpfBeylaIfaceCounterBEYLA_IC_MAX]uint64
	for i := range cpus {
		for k, v := range cpus[i].N {
			n[k] += v
		}
	}
	return Counters{
		Packets: n[bpfBeylaIfaceCounterBEYLA_IC_PACKETS],
		Records: n[bpfBeylaIfaceCounterBEYLA_IC_RECORDS],
		Lost:    n[bpfBeylaIfaceCounterBEYLA_IC_LOST],
		Other:   n[bpfBeylaIfaceCounterBEYLA_IC_OTHER],
		Bare:    n[bpfBeylaIfaceCounterBEYLA_IC_BARE],
		Ignored: n[bpfBeylaIfaceCounterBEYLA_IC_IGNORED],
	}, nil
}

// stop implements feed. The programs are gone: see Source.Detach.
func (r *bpfRing) stop() error {
	if err := r.reader.Flush(); err != nil {
		return fmt.Errorf("flush the ring: %w", err)
	}
	return nil
}

// close implements feed.
func (r *bpfRing) close() error {
	err := r.reader.Close()
	r.programs.Close()
	if err != nil {
		return fmt.Errorf("close the ring: %w", err)
	}
	return nil
}
