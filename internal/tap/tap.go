//go:build linux && (amd64 || arm64)

package tap

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/ringbuf"
)

// Tap is the running kernel side. Read, Doze, Order, Progress, Know and Forget
// belong to one goroutine; Counters, Fill and Report may be called from any.
type Tap struct {
	memory   closers
	links    closers
	report   Report
	ring     *ringbuf.Reader
	counters *ebpf.Map
	verdicts *ebpf.Map
	progress *ebpf.Map
	process  *ebpf.Map
	armed    *ebpf.Map
	drain    time.Duration
	dozing   bool
	record   ringbuf.Record

	flushed bool

	detach   sync.Once
	detached error
	mu       sync.RWMutex // guards closed, and with it the ring's memory
	closed   bool
}

// Open loads and attaches the tap. On error nothing stays behind.
func Open(o Options) (*Tap, error) {
	l, err := load(o)
	if err != nil {
		return nil, err
	}
	t := &Tap{
		memory:   l.memory,
		links:    l.links,
		report:   l.report,
		counters: l.maps["beyla_counter_map"],
		verdicts: l.maps["beyla_verdict_map"],
		progress: l.maps["beyla_progress_map"],
		process:  l.maps["beyla_process_map"],
		armed:    l.maps["beyla_armed_map"],
		drain:    o.Drain,
	}
	if t.ring, err = ringbuf.NewReader(l.maps["beyla_ring"]); err != nil {
		return nil, errors.Join(fmt.Errorf("open the ring: %w", err), t.links.close(), t.memory.close())
	}
	t.memory.add(t.ring)
	t.wait(t.drain)
	return t, nil
}

// Report says what the kernel accepted.
func (t *Tap) Report() Report { return t.report }

// Read puts the next raw record into rec, whose memory it reuses. When the ring
// has been drained it waits for the drain interval (or for the ring to fill up)
// and answers os.ErrDeadlineExceeded if nothing came. After Detach it gives what
// is left and then io.EOF.
func (t *Tap) Read(rec *[]byte) error {
	if t.flushed {
		return io.EOF
	}
	t.record.RawSample = *rec
	err := t.ring.ReadInto(&t.record)
	*rec = t.record.RawSample
	switch {
	case err == nil:
		if t.dozing { // awake again
			t.wait(t.drain)
		}
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		t.wait(t.drain)
		return os.ErrDeadlineExceeded
	case errors.Is(err, ringbuf.ErrFlushed), errors.Is(err, ringbuf.ErrClosed):
		t.flushed = true
		return io.EOF
	}
	return fmt.Errorf("read the ring: %w", err)
}

// wait says how long the next Read waits for a record.
func (t *Tap) wait(d time.Duration) {
	t.dozing = d > t.drain
	t.ring.SetDeadline(time.Now().Add(d))
}

// nap is how long a dozing reader waits.
const nap = time.Second

// Doze makes the next Read wait up to a second instead of the drain interval, and
// the kernel wake it at the next record. It costs a record the wake-up that is
// spared all others, so it is for a host on which nothing happens. Where the kernel
// cannot be told, nothing changes.
func (t *Tap) Doze() {
	if t.armed.Put(uint32(0), uint32(1)) != nil || t.ring.AvailableBytes() > 0 {
		return // a record that came before it was armed would not wake anybody
	}
	t.wait(nap)
}

// Fill is how many bytes of the ring wait to be read, 0 once it is closed.
func (t *Tap) Fill() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.closed {
		return 0
	}
	return t.ring.AvailableBytes()
}

// Capacity is the size of the ring in bytes.
func (t *Tap) Capacity() int { return t.ring.BufferSize() }

// Order tells the kernel what to report of this socket from its next message on.
func (t *Tap) Order(cookie uint64, v Verdict) error {
	if err := t.verdicts.Put(cookie, &bpfBeylaVerdict{Kind: uint32(v)}); err != nil {
		return fmt.Errorf("write verdict: %w", err)
	}
	return nil
}

// Progress tells how far the message has come that is longer than its window;
// false when there is none.
func (t *Tap) Progress(cookie uint64, p *ProgressRecord) bool {
	return t.progress.Lookup(cookie, p) == nil
}

// Forget removes what the maps may still hold of a socket that is gone.
func (t *Tap) Forget(cookie uint64) {
	_ = t.verdicts.Delete(cookie)
	_ = t.progress.Delete(cookie)
}

// Process is what the kernel is told of a process.
type Process struct {
	// Goid and GoidParent are where the goroutine's id, and that of the one
	// that started it, lie in a Go program's struct g, bytes; 0: not known.
	Goid, GoidParent uint32
	// Leaf processes serve and send no requests: nobody need know who reads.
	// The kernel takes it back when the process connects.
	Leaf bool
}

// Know tells the kernel about a process, by its number in the initial pid
// namespace. The zero value is forgotten.
func (t *Tap) Know(pid uint32, p Process) error {
	if p == (Process{}) {
		_ = t.process.Delete(pid)
		return nil
	}
	v := bpfBeylaProcess{Goid: p.Goid, GoidParent: p.GoidParent}
	if p.Leaf {
		v.Leaf = 1
	}
	if err := t.process.Put(pid, &v); err != nil {
		return fmt.Errorf("write process: %w", err)
	}
	return nil
}

// Detach takes every program out of the kernel; what the ring holds can still
// be read, and the counters no longer change. It may be called from any goroutine, twice.
func (t *Tap) Detach() error {
	t.detach.Do(func() {
		t.detached = errors.Join(t.links.close(), t.ring.Flush())
	})
	return t.detached
}

// Close detaches and frees everything. Call it once Read is no longer under way;
// a second time does nothing.
func (t *Tap) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil
	}
	t.closed = true
	return errors.Join(t.Detach(), t.memory.close())
}
