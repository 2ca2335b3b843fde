//go:build linux && (amd64 || arm64)

package iface

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/beylareceiver/beylareceiver/internal/replay"
	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// Source reads interfaces. Read, Doze, Order, Progress, Know, Forget and
// Stats belong to one goroutine; Local, Counters and Report may be called from any.
type Source struct {
	live   *replay.Live
	feed   feed
	packet replay.Packet
	tended int64 // when silent connections were last looked for, boot ns
	ended  bool

	options Options
	links   links
	local   atomic.Pointer[map[netip.Addr]struct{}]
	watcher *watcher

	mu     sync.Mutex // guards what follows
	hooks  hooks
	read   map[int]device // attached
	failed map[int]Interface
	report Report
	final  *Counters // once it is closed

	detach   sync.Once
	detached error
	close    sync.Once
	closed   error
}

// Open begins to read. On error nothing stays behind.
func Open(o Options) (*Source, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	s := &Source{
		options: o,
		live: replay.NewLive(replay.LiveOptions{
			Options: replay.Options{MaxConnections: o.MaxConnections}, Window: o.Window,
		}),
	}
	if err := s.climb(); err != nil {
		return nil, err
	}
	var err error
	if s.watcher, err = watch(s.sync); err != nil {
		return nil, errors.Join(err, s.release())
	}
	s.sync() // what came before the subscription
	return s, nil
}

// climb takes the best way that works: of the interfaces that are there, at least
// one can be read.
func (s *Source) climb() error {
	ways := []Way{WayTCX, WayClsact, WayPacket}
	if s.options.Way != WayAuto {
		ways = []Way{s.options.Way}
	}
	var errs []error
	for _, w := range ways {
		err := s.try(w)
		if err == nil {
			return nil
		}
		s.report.Missing = append(s.report.Missing, Missing{Way: w, Err: err})
		errs = append(errs, fmt.Errorf("%s: %w", w, err))
	}
	err := errors.Join(errs...)
	if errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("read interfaces: %w: %w", ErrPermission, err)
	}
	return fmt.Errorf("read interfaces: %w", err)
}

func (s *Source) try(w Way) error {
	var err error
	s.read, s.failed = make(map[int]device), make(map[int]Interface)
	if s.feed, s.hooks, err = s.options.open(w, &s.links); err != nil {
		return err
	}
	s.report.Way = w
	if err = s.follow(); err == nil {
		err = s.probe(w)
	}
	if err != nil {
		return errors.Join(err, s.release())
	}
	return nil
}

// probe tells whether a way can be gone at all: none of the interfaces that are
// there could be read or, where there is none, not even loopback.
func (s *Source) probe(w Way) error {
	for _, f := range s.failed {
		if len(s.read) == 0 {
			return fmt.Errorf("interface %s: %w", f.Name, f.Err)
		}
	}
	if w != WayTCX || len(s.read) > 0 {
		return nil
	}
	lo := device{index: 1, name: "lo"}
	if err := s.hooks.attach(&lo); err != nil {
		return fmt.Errorf("interface %s: %w", lo.name, err)
	}
	return s.hooks.detach(&lo)
}

// release lets go of interfaces and of what was loaded.
func (s *Source) release() error {
	return errors.Join(s.letGo(), s.feed.close())
}

// patience is how many packets without a record are read before the reader is
// given back its turn.
const patience = 1024

// Read puts the next record into rec, whose memory it reuses: a tap.Record, then
// payload. It answers os.ErrDeadlineExceeded when there was none for the drain interval, and
// after Detach, when all is read, io.EOF.
func (s *Source) Read(rec *[]byte) error {
	for range patience {
		if s.live.Next(rec) {
			return nil
		}
		if s.ended {
			return io.EOF
		}
		switch err := s.feed.next(&s.packet); {
		case err == nil:
			s.live.Feed(&s.packet)
			s.tend(s.packet.Time)
		case errors.Is(err, os.ErrDeadlineExceeded):
			return s.idle(rec)
		case errors.Is(err, io.EOF):
			s.ended = true
			s.live.Flush()
		default:
			return err
		}
	}
	return os.ErrDeadlineExceeded
}

// idle is when there is no packet.
func (s *Source) idle(rec *[]byte) error {
	now, err := boot()
	if err != nil {
		return err
	}
	s.tend(now)
	if s.live.Next(rec) {
		return nil
	}
	return os.ErrDeadlineExceeded
}

// tendInterval is how often silent connections are looked for, ns.
const tendInterval = int64(1e9)

func (s *Source) tend(now int64) {
	if now-s.tended >= tendInterval {
		s.tended = now
		s.live.Expire(now)
	}
}

// Order says how much is given of a connection. What costs less than a window at a
// socket is no different here: every packet is looked at all the same.
func (s *Source) Order(cookie uint64, v tap.Verdict) error {
	switch v {
	case tap.Ignore:
		return s.ignore(cookie)
	case tap.All, tap.Frames:
		s.live.TakeAll(cookie)
	}
	return nil
}

// ignore gives nothing more of a connection, until a new one is opened on its
// addresses. What is in no tunnel is left out in the kernel, where it can be.
func (s *Source) ignore(cookie uint64) error {
	t, known := s.live.Ignore(cookie)
	if !known {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.final != nil {
		return nil
	}
	return s.hooks.ignore(&t)
}

// Progress tells how far the message has come that is longer than its window;
// false when there is none.
func (s *Source) Progress(cookie uint64, p *tap.ProgressRecord) bool {
	return s.live.Progress(cookie, p)
}

// Forget has nothing to do: what is kept of a connection goes with its silence.
func (*Source) Forget(uint64) {}

// Know has nothing to do: packets are of no process.
func (*Source) Know(uint32, tap.Process) error { return nil }

// Doze makes the next Read wait up to a second, and the kernel wake it at the
// next packet, where it can.
func (s *Source) Doze() { s.feed.doze() }

// Stats is what became of the packets that were read.
func (s *Source) Stats() replay.Stats { return s.live.Stats() }

// Local tells whether an address is one of this network namespace: which end of
// a connection is here. It follows changes.
func (s *Source) Local(a netip.Addr) bool {
	if a = a.Unmap(); a.IsLoopback() {
		return true
	}
	all := s.local.Load()
	if all == nil {
		return false
	}
	_, ok := (*all)[a.WithZone("")]
	return ok
}

// Counters are what the kernel counted.
func (s *Source) Counters() (Counters, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.final != nil {
		return *s.final, nil
	}
	return s.hooks.counters()
}

// Report says how the source reads, and what at present.
func (s *Source) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.report
	for _, d := range s.read {
		r.Interfaces = append(r.Interfaces, Interface{Name: d.name, Index: d.index})
	}
	for _, f := range s.failed {
		r.Interfaces = append(r.Interfaces, f)
	}
	slices.SortFunc(r.Interfaces, func(a, b Interface) int { return a.Index - b.Index })
	r.Missing = slices.Clone(r.Missing)
	return r
}

// Detach lets go of every interface; what was copied before can still be read. It
// may be called from any goroutine, twice.
func (s *Source) Detach() error {
	s.detach.Do(func() {
		s.watcher.close()
		s.detached = errors.Join(s.letGo(), s.feed.stop())
	})
	return s.detached
}

// Close detaches and frees everything. Call it once Read is no longer under way;
// a second time does nothing.
func (s *Source) Close() error {
	s.close.Do(func() {
		err := s.Detach()
		s.mu.Lock()
		defer s.mu.Unlock()
		c, countErr := s.hooks.counters()
		s.final = &c
		s.ended = true
		s.closed = errors.Join(err, countErr, s.feed.close())
	})
	return s.closed
}
