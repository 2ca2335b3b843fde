package soak

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/soak/vitals"
)

// run is samples of half an hour, every 10 s: memory goes up and down like a heap, and
// besides by growth KiB a minute once the first two minutes are over.
func run(growth float64, change func(*Sample)) []Sample {
	random := rand.New(rand.NewPCG(1, 2))
	var all []Sample
	for at := time.Duration(0); at <= 30*time.Minute; at += 10 * time.Second {
		s := Sample{At: at, Goroutines: 20}
		s.Process.Anonymous = 20_000 + int64(random.IntN(4000)) + int64(growth*at.Minutes()) + min(5000, int64(at/time.Second)*50)
		s.Process.Resident = 60_000 + s.Process.Anonymous
		s.Process.Descriptors, s.Process.Threads = 30+random.IntN(3), 10
		s.Process.Objects = vitals.Objects{Maps: []uint32{1, 2}, Programs: []uint32{3}, Links: []uint32{4}, Locked: 1 << 20}
		if change != nil {
			change(&s)
		}
		all = append(all, s)
	}
	return all
}

// failed are the names of what is not well.
func failed(found []Finding) []string {
	var names []string
	for _, f := range found {
		if !f.OK {
			names = append(names, f.Name)
		}
	}
	return names
}

func TestFlat(t *testing.T) {
	late := func(s *Sample) bool { return s.At > 20*time.Minute }
	for name, tt := range map[string]struct {
		growth float64
		change func(*Sample)
		want   []string
	}{
		"as it should be":  {},
		"caches that fill": {change: func(s *Sample) { s.Process.Anonymous += min(20_000, int64(s.At/time.Second)*80) }},
		"a leak":           {growth: 100, want: []string{"memory"}},
		"a small one":      {growth: 40},
		"descriptors":      {change: func(s *Sample) { s.Process.Descriptors += int(s.At / (2 * time.Minute)) }, want: []string{"descriptors"}},
		"goroutines":       {change: func(s *Sample) { s.Goroutines += int64(s.At / time.Minute) }, want: []string{"goroutines"}},
		"threads":          {change: func(s *Sample) { s.Process.Threads += int(s.At / time.Minute) }, want: []string{"threads"}},
		"a map more": {change: func(s *Sample) {
			s.Process.Maps = s.Process.Maps[:1:1]
			if late(s) {
				s.Process.Maps = []uint32{1, 2}
			}
		}, want: []string{"maps"}},
		"a program less": {change: func(s *Sample) {
			if late(s) {
				s.Process.Programs = nil
			}
		}, want: []string{"programs"}},
		"a link less": {change: func(s *Sample) {
			if late(s) {
				s.Process.Links = nil
			}
		}, want: []string{"links"}},
		"a map that is larger": {change: func(s *Sample) {
			if late(s) {
				s.Process.Locked += 1 << 20
			}
		}, want: []string{"map memory"}},
		"what comes while it warms": {change: func(s *Sample) {
			if s.At < time.Minute {
				s.Process.Maps = nil
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			found := Defaults(30 * time.Minute).Flat(run(tt.growth, tt.change))
			assert.Equal(t, tt.want, failed(found), "%v", found)
		})
	}
}

func TestFlatOfShortRuns(t *testing.T) {
	leak := run(5000, nil)[:9] // 80 s
	found := Defaults(80 * time.Second).Flat(leak)
	assert.Empty(t, failed(found))
	assert.Contains(t, found[0].Figure, "(too short to tell)")
	assert.Equal(t, []string{"samples"}, failed(Defaults(time.Minute).Flat(leak[:1])))
}

func TestTrend(t *testing.T) {
	at := []time.Duration{0, time.Minute, 2 * time.Minute, 3 * time.Minute, 4 * time.Minute}
	slope, overall := trend(at, []float64{10, 12, 900, 16, 18})
	assert.InDelta(t, 2, slope, 0.01, "one outlier")
	assert.InDelta(t, 8, overall, 0.04)
	slope, _ = trend(at[:1], []float64{1})
	assert.Zero(t, slope)
}

func TestTable(t *testing.T) {
	var out strings.Builder
	table, err := NewTable(&out)
	require.NoError(t, err)
	s := run(0, nil)[3]
	s.Spans = 77
	require.NoError(t, table.Add(s))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	head, line := strings.Split(lines[0], ","), strings.Split(lines[1], ",")
	require.Len(t, line, len(head))
	values := make(map[string]string)
	for i := range head {
		values[head[i]] = line[i]
	}
	assert.Len(t, values, len(head), "every column once")
	assert.Equal(t, "30.00", values["seconds"])
	assert.Equal(t, "2", values["bpf_maps"])
	assert.Equal(t, "20", values["goroutines"])
	assert.Equal(t, "77", values["spans_total"])
}
