package pacer

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Pacer sends and receives from one thread, with epoll and a timer, as wrk
// does: the client is to cost the host little, and to add no delay of its own.
type Pacer struct {
	conns   []conn
	free    []int // indices of conns; the one that was freed last is used next
	request []byte
	epoll   int
	timer   int // timerfd
	buf     [64 << 10]byte
	latency histogram
	done    int64
	late    int64 // requests that found no free connection when they were due
}

// timerEvent marks the timer's events among those of connections.
const timerEvent = -1

// graceful is how long the last answers may take.
const graceful = 5 * time.Second

var errLost = errors.New("answers are missing")

// Connect opens the connections, which are to be given back with Close.
func Connect(server netip.AddrPort, conns int) (_ *Pacer, err error) {
	raiseLimit(conns)
	p := &Pacer{
		epoll: -1, timer: -1,
		request: fmt.Appendf(nil, "GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: pacer\r\n\r\n", server),
	}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("make an epoll: %w", err)
	}
	if p.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC); err != nil {
		return nil, fmt.Errorf("make a timer: %w", err)
	}
	if err := p.watch(p.timer, timerEvent); err != nil {
		return nil, err
	}
	for i := range conns {
		fd, err := dial(server)
		if err != nil {
			return nil, err
		}
		p.conns = append(p.conns, conn{fd: fd})
		p.free = append(p.free, i)
		if err := p.watch(fd, i); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// raiseLimit makes room for the sockets; where that is refused, connecting says so.
func raiseLimit(conns int) {
	want := uint64(conns + 64)
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil && limit.Cur < want {
		limit.Cur, limit.Max = want, max(limit.Max, want)
		_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
	}
}

func (p *Pacer) watch(fd, index int) error {
	ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(index)}
	if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
		return fmt.Errorf("watch a descriptor: %w", err)
	}
	return nil
}

// Close closes the connections.
func (p *Pacer) Close() {
	for _, c := range p.conns {
		_ = unix.Close(c.fd)
	}
	_ = unix.Close(p.timer)
	_ = unix.Close(p.epoll)
}

// Once sends one request over each connection and waits for the answers.
func (p *Pacer) Once() error {
	for i := range p.conns {
		if err := p.conns[i].send(p.request, time.Now()); err != nil {
			return err
		}
	}
	p.free = nil
	return p.drain()
}

// Run sends at that rate per second for that long, as fast as answers come back
// when the rate is 0, and waits for the last answers.
func (p *Pacer) Run(rate float64, duration time.Duration) (Report, error) {
	if err := p.run(newSchedule(time.Now(), rate, duration)); err != nil {
		return Report{}, err
	}
	return p.report(duration), nil
}

func (p *Pacer) run(s *schedule) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		more, err := p.sendDue(s)
		if err != nil {
			return err
		}
		if !more {
			return p.drain()
		}
		if err := p.wait(-1); err != nil {
			return err
		}
	}
}

// sendDue sends what is due, and sets the timer for what is not yet. It
// answers false when nothing is left to send.
func (p *Pacer) sendDue(s *schedule) (bool, error) {
	for {
		now := time.Now()
		due, more := s.next(now)
		switch {
		case !more:
			return false, nil
		case len(p.free) == 0:
			if s.rate > 0 {
				p.late++
			}
			return true, nil // the next answer goes on
		case due.After(now):
			return true, p.alarm(due.Sub(now))
		}
		i := p.free[len(p.free)-1]
		p.free = p.free[:len(p.free)-1]
		if err := p.conns[i].send(p.request, due); err != nil {
			return false, err
		}
		s.sent()
	}
}

func (p *Pacer) alarm(in time.Duration) error {
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(in))}
	if err := unix.TimerfdSettime(p.timer, 0, &spec, nil); err != nil {
		return fmt.Errorf("set the timer: %w", err)
	}
	return nil
}

// drain waits for the answers that are still to come.
func (p *Pacer) drain() error {
	for end := time.Now().Add(graceful); len(p.free) < len(p.conns); {
		left := time.Until(end)
		if left <= 0 {
			return fmt.Errorf("%w: %d", errLost, len(p.conns)-len(p.free))
		}
		if err := p.wait(int(left.Milliseconds()) + 1); err != nil {
			return err
		}
	}
	return nil
}

// wait waits for events, at most that many milliseconds, and handles them.
func (p *Pacer) wait(msec int) error {
	var events [128]unix.EpollEvent
	n, err := unix.EpollWait(p.epoll, events[:], msec)
	if err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("wait for events: %w", err)
	}
	for _, ev := range events[:max(n, 0)] {
		if ev.Fd == timerEvent {
			_, _ = unix.Read(p.timer, p.buf[:8]) // what it says is known
			continue
		}
		if err := p.receive(int(ev.Fd)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pacer) receive(i int) error {
	c := &p.conns[i]
	whole, err := c.receive(p.buf[:])
	if err != nil || !whole {
		return err
	}
	p.latency.add(time.Since(c.due))
	p.done++
	p.free = append(p.free, i)
	return nil
}

func (p *Pacer) report(duration time.Duration) Report {
	us := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	return Report{
		Requests: p.done, PerSecond: float64(p.done) / duration.Seconds(), Late: p.late,
		P50: us(p.latency.quantile(.5)), P90: us(p.latency.quantile(.9)),
		P99: us(p.latency.quantile(.99)), Max: us(p.latency.max),
	}
}
