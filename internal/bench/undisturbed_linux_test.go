package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestOthers(t *testing.T) {
	at := time.Unix(100, 0)
	from := reading{at: at, busy: 10 * time.Second, ours: 2 * time.Second}
	for _, tt := range []struct {
		busy, ours time.Duration // after four seconds
		want       float64
	}{
		{18 * time.Second, 10 * time.Second, 0},        // both CPUs, all of it ours
		{18 * time.Second, 6 * time.Second, .5},        // half of it
		{11 * time.Second, 2 * time.Second, .125},      // an eighth of the CPUs
		{10 * time.Second, 2100 * time.Millisecond, 0}, // a tick that is still to come
	} {
		to := reading{at: at.Add(4 * time.Second), busy: tt.busy, ours: tt.ours}
		assert.InDelta(t, tt.want, others(from, to, 2), 1e-9)
	}
}

func TestList(t *testing.T) {
	assert.Equal(t, "3", list([]int{3}))
	assert.Equal(t, "0,1", list([]int{0, 1}))
}
