package soak

import (
	"slices"
	"time"
)

// trend is by how much values grow per minute, and from the first of the times to the last:
// the median of the slopes between all pairs (Theil and Sen), which a garbage collector's
// saw teeth and single outliers hardly move.
func trend(at []time.Duration, values []float64) (perMinute, overall float64) {
	var slopes []float64
	for i := range at {
		for j := i + 1; j < len(at); j++ {
			if apart := at[j] - at[i]; apart > 0 {
				slopes = append(slopes, (values[j]-values[i])/apart.Minutes())
			}
		}
	}
	if len(slopes) == 0 {
		return 0, 0
	}
	perMinute = median(slopes)
	return perMinute, perMinute * (at[len(at)-1] - at[0]).Minutes()
}

// median sorts values; there is at least one.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[n/2] + values[(n-1)/2]) / 2
}
