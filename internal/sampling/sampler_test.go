package sampling

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// trace is the id of a trace with the given R. What is before those 56 bits must not count.
func trace(r uint64) (id [16]byte) {
	binary.BigEndian.PutUint64(id[:8], math.MaxUint64)
	binary.BigEndian.PutUint64(id[8:], 0xff<<56|r)
	return id
}

func TestThreshold(t *testing.T) {
	for ratio, want := range map[float64]uint64{
		1: 0, 0.5: 0x80000000000000, 0.25: 0xc0000000000000, 0.0625: 0xf0000000000000,
		0x1p-56: 0xffffffffffffff, 0x1p-57: 0xffffffffffffff, 0x1p-58: everything, 0: everything,
		// As https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/ has it, to its five digits.
		0.1: 0xe6666666666666, 0.01: 0xfd70a3d70a3d71,
		// Beyond both ends.
		-1: everything, math.Inf(-1): everything, 2: 0, math.Inf(1): 0,
	} {
		assert.Equal(t, want, New(ratio, false).threshold, "%v", ratio)
	}
	assert.Equal(t, uint64(everything), New(math.NaN(), false).threshold)
}

func TestRoot(t *testing.T) {
	const last = everything - 1
	for _, tt := range []struct {
		sampler Sampler
		r       uint64
		want    bool
	}{
		{New(1, true), 0, true},
		{New(1, true), last, true},
		{New(0, true), 0, false},
		{New(0, true), last, false},
		{New(0.5, true), 1 << 55, true},
		{New(0.5, true), 1<<55 - 1, false},
		{New(0x1p-56, true), last, true},
		{New(0x1p-56, true), last - 1, false},
		{Sampler{}, 0, true},
		{Sampler{}, last, true},
	} {
		t.Run(fmt.Sprintf("%x of %x", tt.r, tt.sampler.threshold), func(t *testing.T) {
			assert.Equal(t, tt.want, tt.sampler.Root(trace(tt.r)))
		})
	}
}

func TestRemote(t *testing.T) {
	const low, high = 0x10000000000000, 0xf0000000000000
	on := func(r uint64, state string) tracecontext.Context {
		return tracecontext.Context{TraceID: trace(r), SpanID: [8]byte{1}, Flags: 0x03, State: state}
	}
	off := func(r uint64, state string) tracecontext.Context {
		c := on(r, state)
		c.Flags = 0x02
		return c
	}
	plain := func(c tracecontext.Context) tracecontext.Context { c.Flags &^= 0x02; return c }
	deferred := func(c tracecontext.Context) tracecontext.Context { c.Deferred = true; return c }
	for name, tt := range map[string]struct {
		sampler Sampler
		context tracecontext.Context
		want    bool
	}{
		"the flag decides":                     {New(0, true), on(low, ""), true},
		"the flag decides against it":          {New(1, true), off(high, ""), false},
		"the flag decides, not rv":             {New(0.5, true), on(low, "ot=rv:00000000000000"), true},
		"the flag decides, not th":             {New(0.5, true), off(high, "ot=th:0"), false},
		"random or not, the flag decides":      {New(0, true), plain(on(low, "")), true},
		"left to us, kept":                     {New(0.5, true), deferred(on(high, "")), true},
		"left to us, left out":                 {New(0.5, true), deferred(on(low, "")), false},
		"left to us, all kept":                 {New(1, true), deferred(on(0, "")), true},
		"left to us, none kept":                {New(0, true), deferred(on(high, "")), false},
		"not sampled, but within the ratio":    {New(0.5, false), off(high, ""), true},
		"sampled, but not within the ratio":    {New(0.5, false), on(low, ""), false},
		"not random, by its id all the same":   {New(0.5, false), plain(on(high, "")), true},
		"not random, and not within the ratio": {New(0.5, false), plain(on(low, "")), false},
		"rv instead of the id":                 {New(0.5, false), on(low, "ot=rv:80000000000000"), true},
		"rv instead of the id, left out":       {New(0.5, false), on(high, "ot=rv:7fffffffffffff"), false},
		"an rv that is none":                   {New(0.5, false), on(high, "ot=rv:1"), true},
		"ratio 1 reads nothing":                {New(1, false), off(0, "ot=rv:00000000000000"), true},
		"ratio 0 neither":                      {New(0, false), on(high, "ot=rv:ffffffffffffff"), false},
		"zero value":                           {Sampler{}, off(0, "ot=rv:00000000000000;th:f"), true},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, tt.sampler.Remote(&tt.context))
		})
	}
}

// What an earlier sampler kept with a threshold th is kept when th is the higher
// one, and thinned out when ours is: all that is left has R >= the higher of the two.
func TestThresholdsOfOthersAreRespected(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	ratios := []float64{1, 0.9, 0.5, 0.1, 0.01}
	kept := 0
	for range 2000 {
		r := random.Uint64N(everything)
		for _, theirs := range ratios {
			earlier := New(theirs, false)
			if !earlier.Root(trace(r)) {
				continue // and so it never gets here sampled
			}
			for _, ours := range ratios {
				s := New(ours, false)
				for _, c := range []tracecontext.Context{
					{TraceID: trace(r), State: fmt.Sprintf("ot=th:%014x", earlier.threshold)},
					{TraceID: trace(^r & (everything - 1)), State: fmt.Sprintf("ot=th:%014x;rv:%014x", earlier.threshold, r)},
				} {
					c.Flags = 0x03
					want := r >= max(s.threshold, earlier.threshold)
					assert.Equal(t, want, s.Remote(&c), "R %x, theirs %v, ours %v", r, theirs, ours)
					if want {
						kept++
					}
				}
			}
		}
	}
	assert.NotZero(t, kept)
}

// Of many traces the ratio is kept, a higher ratio keeps what a lower one keeps, and roots
// and contexts are decided alike.
func TestShareThatIsKept(t *testing.T) {
	const n = 200_000
	random := rand.New(rand.NewPCG(3, 4))
	ratios := []float64{0, 0.001, 0.01, 0.1, 0.5, 0.9, 1}
	kept := make([]int, len(ratios))
	for range n {
		var id [16]byte
		binary.BigEndian.PutUint64(id[:8], random.Uint64())
		binary.BigEndian.PutUint64(id[8:], random.Uint64())
		before := false
		for i, ratio := range ratios {
			s := New(ratio, false)
			now := s.Root(id)
			assert.True(t, now || !before, "kept at a lower ratio than %v", ratio)
			assert.Equal(t, now, s.Remote(&tracecontext.Context{TraceID: id}))
			if before = now; now {
				kept[i]++
			}
		}
	}
	for i, ratio := range ratios {
		// Five standard deviations of a binomial distribution; none for 0 and 1.
		tolerance := 5 * math.Sqrt(n*ratio*(1-ratio))
		assert.InDelta(t, n*ratio, kept[i], tolerance, "%v", ratio)
	}
}

func TestSamplerDoesNotAllocate(t *testing.T) {
	s := New(0.5, false)
	c := &tracecontext.Context{TraceID: trace(1), State: "rojo=00f067aa0ba902b7, ot=th:c;rv:6e6d1a75832a2f"}
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		s.Root(c.TraceID)
		s.Remote(c)
	}))
}

func BenchmarkSampler(b *testing.B) {
	s := New(0.5, false)
	id := trace(1)
	b.Run("root", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Root(id)
		}
	})
	for name, state := range map[string]string{
		"remote": "", "remote with rv": "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,ot=th:c;rv:6e6d1a75832a2f",
	} {
		c := &tracecontext.Context{TraceID: id, State: state}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Remote(c)
			}
		})
	}
}
