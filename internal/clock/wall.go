package clock

import (
	"fmt"
	"math"
	"time"
)

// Step is the smallest difference that counts as a step of the wall clock.
// Time daemons slew smaller ones themselves (systemd-timesyncd steps from 400 ms on,
// ntpd from 128 ms), so what is smaller is followed smoothly.
const Step = 50 * time.Millisecond

const (
	// sandwiches is how often the clocks are compared per measurement; the
	// comparison that was interrupted least wins.
	sandwiches = 5
	// approach is the part of a small difference (1/approach) that one Sync makes up for.
	approach = 4
)

// source reads the two clocks, in nanoseconds.
type source interface {
	boot() int64
	wall() int64
}

// Wall is the clock of a live host. It belongs to one goroutine.
type Wall struct {
	source source
	// offset is wall time less boot time, ns.
	offset int64
}

var _ Clock = (*Wall)(nil)

// New measures the offset for the first time. It fails where the system has no
// clock that counts from boot.
func New() (*Wall, error) {
	s, err := newSystem()
	if err != nil {
		return nil, fmt.Errorf("read the boot clock: %w", err)
	}
	return newWall(s), nil
}

func newWall(s source) *Wall {
	w := &Wall{source: s}
	w.offset, _ = w.measure()
	return w
}

// Unix converts nanoseconds since boot.
func (w *Wall) Unix(boot int64) uint64 { return since1970(boot + w.offset) }

// Now is the time since boot in nanoseconds, comparable with event times.
func (w *Wall) Now() int64 { return w.source.boot() }

// Sync follows the wall clock: a step at once, anything smaller by a part of
// the difference, and nothing at all when the measurement's own uncertainty
// explains the difference.
func (w *Wall) Sync() time.Duration {
	measured, slack := w.measure()
	delta := measured - w.offset
	distance := max(delta, -delta)
	switch {
	case distance-slack >= int64(Step):
		w.offset = measured
		return time.Duration(delta)
	case distance > slack:
		w.offset += delta / approach
	}
	return 0
}

// measure reads the wall clock between two readings of the boot clock, a few
// times, and keeps the tightest. The true offset is within slack of the answer.
func (w *Wall) measure() (offset, slack int64) {
	tightest := int64(math.MaxInt64)
	for range sandwiches {
		before := w.source.boot()
		wall := w.source.wall()
		after := w.source.boot()
		if width := after - before; width < tightest {
			tightest = width
			offset = wall - before - width/2
		}
	}
	return offset, tightest/2 + 1
}
