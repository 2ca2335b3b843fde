package clock

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fake is a pair of clocks that run together; every reading takes as long as
// the next of the delays says, round and round.
type fake struct {
	now    int64 // boot time
	offset int64 // wall time less boot time
	delays []int64
	reads  int
}

func (f *fake) tick() {
	if len(f.delays) > 0 {
		f.now += f.delays[f.reads%len(f.delays)]
		f.reads++
	}
}

func (f *fake) boot() int64 { f.tick(); return f.now }
func (f *fake) wall() int64 { f.tick(); return f.now + f.offset }

const epoch = 1_790_000_000_000_000_000 // some day in 2026, Unix ns

func TestSync(t *testing.T) {
	ms := int64(time.Millisecond)
	tests := map[string]struct {
		move   int64 // of the wall clock, ns
		delays []int64
		want   time.Duration
		offset int64 // after Sync, relative to the one before
	}{
		"still":                    {},
		"slew forwards":            {move: 400, offset: 100},
		"slew backwards":           {move: -400, offset: -100},
		"just below a step":        {move: 50*ms - 1, offset: (50*ms - 1) / 4},
		"step forwards":            {move: 3600_000 * ms, want: time.Hour, offset: 3600_000 * ms},
		"step backwards":           {move: -51 * ms, want: -51 * time.Millisecond, offset: -51 * ms},
		"within the uncertainty":   {move: 900, delays: []int64{1000}},
		"uncertain step is slewed": {move: 60 * ms, delays: []int64{11 * ms}, offset: 15 * ms},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := &fake{now: 5e9, offset: epoch}
			w := newWall(f)
			require.Equal(t, int64(epoch), w.offset)

			f.offset += tt.move
			f.delays = tt.delays
			assert.Equal(t, tt.want, w.Sync())
			assert.Equal(t, tt.offset, w.offset-epoch)
		})
	}
}

func TestTightestSandwichWins(t *testing.T) {
	// Readings: before, wall, after. Only the fourth comparison is undisturbed.
	f := &fake{offset: epoch, delays: []int64{
		10, 9_000_000, 10,
		10, 10, 7_000_000,
		10, 5_000_000, 10,
		10, 20, 20,
		10, 8_000_000, 10,
	}}
	w := newWall(f)
	assert.Equal(t, int64(epoch), w.offset)
	assert.Equal(t, 15, f.reads)
}

func TestSlewConverges(t *testing.T) {
	f := &fake{now: 1e9, offset: epoch}
	w := newWall(f)
	f.offset += int64(40 * time.Millisecond)
	last := w.offset
	for range 100 {
		require.Zero(t, w.Sync())
		require.GreaterOrEqual(t, w.offset, last, "never overshoots")
		last = w.offset
	}
	assert.InDelta(t, f.offset, w.offset, approach)
}

// Whatever the host does to its clocks, the conversion is off by no more than
// what one measurement can be off, plus the largest difference that is not yet a step.
func TestOffsetIsBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	f := &fake{now: 1e12, offset: epoch}
	w := newWall(f)
	for range 5000 {
		f.now += rng.Int64N(int64(time.Second))
		switch rng.IntN(10) {
		case 0: // a step
			f.offset += rng.Int64N(int64(2*time.Hour)) - int64(time.Hour)
		case 1, 2, 3: // a slew of up to 500 ppm
			f.offset += rng.Int64N(int64(time.Millisecond)) - int64(time.Millisecond)/2
		}
		f.delays = make([]int64, 3*sandwiches)
		for i := range f.delays {
			f.delays[i] = rng.Int64N(2000)
			if rng.IntN(3) == 0 { // the thread was not running
				f.delays[i] += rng.Int64N(int64(20 * time.Millisecond))
			}
		}
		f.reads = 0
		_, slack := w.measure()
		f.reads = 0
		w.Sync()
		require.LessOrEqual(t, math.Abs(float64(w.offset-f.offset)), float64(int64(Step)+2*slack))
	}
}

func TestUnixKeepsOrderAndDistance(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	w := newWall(&fake{offset: epoch})
	for range 5000 {
		a := rng.Int64N(1 << 60)
		d := rng.Int64N(1 << 40)
		require.Equal(t, uint64(d), w.Unix(a+d)-w.Unix(a))
	}
	assert.Zero(t, w.Unix(-2*epoch), "before 1970")
}

// A step moves what is converted after it, and stretches nothing.
func TestStepMovesSpansAsAWhole(t *testing.T) {
	for _, step := range []time.Duration{-2 * time.Hour, -time.Second, time.Second, 2 * time.Hour} {
		f := &fake{now: 5e9, offset: epoch}
		w := newWall(f)
		first, last := w.Unix(1e9), w.Unix(3e9)
		f.offset += int64(step)
		require.Equal(t, first, w.Unix(1e9), "not before Sync, between two spans")
		require.Equal(t, step, w.Sync())
		require.Equal(t, int64(step), int64(w.Unix(1e9)-first))
		require.Equal(t, last-first, w.Unix(3e9)-w.Unix(1e9))
	}
}

func TestSystem(t *testing.T) {
	w, err := New()
	require.NoError(t, err)
	before := time.Now()
	now := w.Now()
	after := time.Now()
	tolerance := uint64(time.Millisecond)
	assert.LessOrEqual(t, uint64(before.UnixNano())-tolerance, w.Unix(now))
	assert.GreaterOrEqual(t, uint64(after.UnixNano())+tolerance, w.Unix(now))
	assert.LessOrEqual(t, now, w.Now())
}

func BenchmarkUnix(b *testing.B) {
	w := newWall(&fake{offset: epoch})
	b.ReportAllocs()
	var at int64
	for b.Loop() {
		at++
		w.Unix(at)
	}
}

func BenchmarkSync(b *testing.B) {
	w, err := New()
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		w.Sync()
	}
}
