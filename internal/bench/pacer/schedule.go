package pacer

import "time"

// schedule says when requests are due: at a rate, in bursts. One request at a
// time would cost the client a wake-up and a timer each, and two CPUs would be
// busy with the client.
type schedule struct {
	start, end time.Time
	rate       float64 // per second; 0: at once
	n          int64   // requests that were handed out
}

// burst is how far bursts are apart.
const burst = 250 * time.Microsecond

func newSchedule(start time.Time, rate float64, duration time.Duration) *schedule {
	return &schedule{start: start, end: start.Add(duration), rate: rate}
}

// next is when the next request is due; false after the last one.
func (s *schedule) next(now time.Time) (time.Time, bool) {
	due := now
	if s.rate > 0 {
		after := time.Duration(float64(s.n) / s.rate * float64(time.Second))
		due = s.start.Add(after.Truncate(burst))
	}
	return due, due.Before(s.end)
}

// sent hands out that request.
func (s *schedule) sent() { s.n++ }
