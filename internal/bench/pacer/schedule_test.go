package pacer

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// all works a schedule off.
func all(s *schedule, now time.Time) (due []time.Duration) {
	for {
		at, more := s.next(now)
		if !more {
			return due
		}
		due = append(due, at.Sub(s.start))
		s.sent()
	}
}

func TestSchedule(t *testing.T) {
	start := time.Unix(100, 0)
	late := start.Add(time.Hour)
	assert.Equal(t, []time.Duration{0, time.Millisecond, 2 * time.Millisecond},
		all(newSchedule(start, 1000, 3*time.Millisecond), late), "however late it is")
	assert.Equal(t, []time.Duration{0, 0, burst, burst, 2 * burst, 2 * burst},
		all(newSchedule(start, 8000, 3*burst), late), "in bursts")
	assert.Len(t, all(newSchedule(start, 12345, time.Second), late), 12345)
}

func TestScheduleWithoutRate(t *testing.T) {
	start := time.Unix(100, 0)
	s := newSchedule(start, 0, time.Second)
	at, more := s.next(start.Add(time.Millisecond))
	assert.True(t, more)
	assert.Equal(t, start.Add(time.Millisecond), at, "a request is due at once")
	_, more = s.next(start.Add(time.Second))
	assert.False(t, more)
}
