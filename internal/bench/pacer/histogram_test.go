package pacer

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A bucket holds its own upper bound, the next bucket what follows it, and no
// bucket is wider than 1/128 of what it holds.
func TestBuckets(t *testing.T) {
	for i := range bucket(time.Hour) {
		top := upper(i)
		assert.Equal(t, i, bucket(top))
		assert.Equal(t, i+1, bucket(top+1))
		if i > 0 {
			assert.LessOrEqual(t, top-upper(i-1), max(top/steps, 1)+1)
		}
	}
	assert.Zero(t, bucket(-time.Second))
}

func TestQuantile(t *testing.T) {
	var h histogram
	assert.Zero(t, h.quantile(.99))
	for i := range 100 {
		h.add(time.Duration(i + 1))
	}
	assert.Equal(t, time.Duration(50), h.quantile(.5))
	assert.Equal(t, time.Duration(99), h.quantile(.99))
	assert.Equal(t, time.Duration(100), h.quantile(1))
	h.add(time.Hour)
	assert.Equal(t, time.Hour, h.quantile(1), "never more than the longest")
}
