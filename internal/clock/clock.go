// Package clock turns the times of the tap's events into Unix time.
//
// The kernel stamps events with CLOCK_BOOTTIME, which counts nanoseconds since
// boot and is never stepped; spans want the wall clock, which an administrator
// or a time daemon may step at any moment. One offset for the whole process
// joins the two. Both ends of a span are converted with the same offset, so a
// stepped wall clock moves a span but never stretches it or turns it around.
package clock

import "time"

// Clock converts the times of one source of events.
type Clock interface {
	// Unix is the Unix time, in nanoseconds, of a moment in the source's own
	// nanoseconds. Between two calls of Sync it keeps order and distance. What
	// lies before 1970 becomes 0.
	Unix(at int64) uint64
	// Now is the present moment in the source's own nanoseconds.
	Now() int64
	// Sync measures again how far the two clocks are apart. Call it once per
	// flush, between spans. The answer is by how much the wall clock was found
	// to have been stepped; 0 means that it was not.
	Sync() time.Duration
}

func since1970(ns int64) uint64 { return uint64(max(ns, 0)) }
