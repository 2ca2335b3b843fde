package soak

import (
	"fmt"
	"time"
)

// Criteria are what is asked of a run.
type Criteria struct {
	// Warm is how long caches may fill before anything is compared.
	Warm time.Duration
	// Growth is by how much anonymous memory may grow, KiB a minute, once Warm is over; a run that
	// is too short to tell, or in which the whole growth is below Least KiB, is not failed for it.
	Growth float64
	Least  float64
	// Slack is by how much descriptors, threads and goroutines may vary: connections come and go.
	Slack int64
}

// Defaults are what `make soak` asks for.
func Defaults(duration time.Duration) Criteria {
	return Criteria{Warm: min(duration/4, 5*time.Minute), Growth: 64, Least: 1024, Slack: 8}
}

// shortest is the least time, after warming up, that says something about a trend.
const shortest = 2 * time.Minute

// Finding is the answer to one question.
type Finding struct {
	Name string
	// Figure is what was found, in words.
	Figure string
	OK     bool
}

func (f Finding) String() string {
	if f.OK {
		return f.Name + ": " + f.Figure
	}
	return "FAILED " + f.Name + ": " + f.Figure
}

// Flat answers whether the collector stayed as it was.
func (c Criteria) Flat(samples []Sample) []Finding {
	var warm []Sample
	for _, s := range samples {
		if s.At >= c.Warm {
			warm = append(warm, s)
		}
	}
	if len(warm) < 2 {
		return []Finding{{Name: "samples", Figure: "too few after warming up"}}
	}
	found := []Finding{c.memory(warm)}
	for _, o := range []struct {
		name  string
		slack int64
		of    func(Sample) int64
	}{
		{"descriptors", c.Slack, func(s Sample) int64 { return int64(s.Process.Descriptors) }},
		{"threads", c.Slack, func(s Sample) int64 { return int64(s.Process.Threads) }},
		{"goroutines", c.Slack, func(s Sample) int64 { return s.Goroutines }},
		{"maps", 0, func(s Sample) int64 { return int64(len(s.Process.Maps)) }},
		{"programs", 0, func(s Sample) int64 { return int64(len(s.Process.Programs)) }},
		{"links", 0, func(s Sample) int64 { return int64(len(s.Process.Links)) }},
		// Hash maps grow and shrink with their entries.
		{"map memory", 64 << 10, func(s Sample) int64 { return s.Process.Locked }},
	} {
		low, high := o.of(warm[0]), o.of(warm[0])
		for _, s := range warm {
			low, high = min(low, o.of(s)), max(high, o.of(s))
		}
		figure := fmt.Sprint(low)
		if high > low {
			figure = fmt.Sprintf("%d to %d", low, high)
		}
		found = append(found, Finding{o.name, figure, high-low <= o.slack})
	}
	return found
}

// memory judges the process's own memory: what is mapped (the executable, the ring) the kernel
// takes and gives as it likes.
func (c Criteria) memory(warm []Sample) Finding {
	f := Finding{Name: "memory"}
	var at []time.Duration
	var own, all []float64
	for _, s := range warm {
		at = append(at, s.At)
		own = append(own, float64(s.Process.Anonymous))
		all = append(all, float64(s.Process.Resident))
	}
	perMinute, overall := trend(at, own)
	resident, _ := trend(at, all)
	f.Figure = fmt.Sprintf("%+.1f KiB/min anonymous, %+.1f KiB/min resident, at %.1f MiB resident",
		perMinute, resident, median(all)/1024)
	if at[len(at)-1]-at[0] < shortest {
		f.Figure += " (too short to tell)"
		f.OK = true
		return f
	}
	f.OK = perMinute <= c.Growth || overall <= c.Least
	return f
}
