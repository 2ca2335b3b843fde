package pacer

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets whose width is at most 1/128 of what
// they hold: steps of one nanosecond below 128 ns, and 128 steps for each doubling above.
type histogram struct {
	counts [64 * steps]int64
	n      int64
	max    time.Duration
}

const (
	stepBits = 7
	steps    = 1 << stepBits
)

func bucket(d time.Duration) int {
	v := uint64(max(d, 0))
	if v < steps {
		return int(v)
	}
	shift := bits.Len64(v) - stepBits - 1
	return (shift+1)<<stepBits | int(v>>shift)&(steps-1)
}

// upper is the longest duration that falls into a bucket.
func upper(bucket int) time.Duration {
	shift := bucket>>stepBits - 1
	if shift < 0 {
		return time.Duration(bucket)
	}
	return time.Duration((uint64(bucket&(steps-1)|steps)+1)<<shift - 1)
}

func (h *histogram) add(d time.Duration) {
	h.counts[bucket(d)]++
	h.n++
	h.max = max(h.max, d)
}

// quantile is what at least that share of the durations does not exceed; 0 of none.
func (h *histogram) quantile(q float64) time.Duration {
	want, sum := int64(q*float64(h.n)), int64(0)
	for i, n := range h.counts {
		if sum += n; n > 0 && sum >= want {
			return min(upper(i), h.max)
		}
	}
	return h.max
}
