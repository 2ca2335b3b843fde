package main

import "slices"

// sample is a figure measured more than once.
type sample []float64

func (s sample) min() float64 { return slices.Min(s) }
func (s sample) max() float64 { return slices.Max(s) }

// median is the middle one, or the mean of the middle two.
func (s sample) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// pair is one figure without the receiver and the one after it with the receiver.
type pair struct{ without, with float64 }

// ratios are with/without of each pair.
func ratios(pairs []pair) sample {
	s := make(sample, len(pairs))
	for i, p := range pairs {
		s[i] = p.with / p.without
	}
	return s
}

func withouts(pairs []pair) sample {
	s := make(sample, len(pairs))
	for i, p := range pairs {
		s[i] = p.without
	}
	return s
}

func withs(pairs []pair) sample {
	s := make(sample, len(pairs))
	for i, p := range pairs {
		s[i] = p.with
	}
	return s
}

// cpus are shared by the load generator, the server and the collector.
const cpus = 2

// addedPerRequest is by how many µs of CPU a request has become dearer, where
// the CPUs were busy all the time.
func addedPerRequest(pairs []pair) sample {
	s := make(sample, len(pairs))
	for i, p := range pairs {
		s[i] = cpus * 1e6 * (1/p.with - 1/p.without)
	}
	return s
}
