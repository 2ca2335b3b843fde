package correlate

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTally(t *testing.T) {
	tally := newCorrelator().Tally()
	for range 2 {
		tally.Add("shop", &Place{Outcome: ByThread})
	}
	tally.Add("shop", &Place{Outcome: EventLoop, Links: []Link{{Evidence: Thread}, {Evidence: Process}, {Evidence: Process}}})
	tally.Add("cart", &Place{Outcome: LimitReached, Links: []Link{{Evidence: Wire}}})
	tally.Add("cart", &Place{Links: []Link{{Evidence: "unheard of"}}})
	assert.ElementsMatch(t, []Count{
		{Service: "shop", Outcome: "thread", Found: true, N: 2},
		{Service: "shop", Outcome: "event_loop", N: 1},
		{Service: "cart", Outcome: "limit_reached", N: 1},
		{Service: "cart", Outcome: "wire", Found: true, N: 1},
	}, tally.Counts())
	assert.Equal(t, []LinkCount{{Wire, 2}, {Thread, 1}, {Process, 2}}, tally.Links())
}

func TestTallyIsBounded(t *testing.T) {
	tally := newTally()
	for i := range 2 * maxServices {
		tally.Add(fmt.Sprint(i), &Place{Outcome: ByFlow})
	}
	counts := tally.Counts()
	assert.Len(t, counts, maxServices+1)
	assert.Contains(t, counts, Count{Service: otherServices, Outcome: "flow", Found: true, N: maxServices})
}

func TestTallyIsReadMeanwhile(t *testing.T) {
	tally := newTally()
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 100 {
			tally.Counts()
			tally.Links()
		}
	})
	const n = 2 * maxServices
	for i := range n {
		tally.Add(fmt.Sprint(i), &Place{Outcome: EventLoop, Links: []Link{{Evidence: Process}}})
	}
	wg.Wait()
	var sum uint64
	for _, c := range tally.Counts() {
		sum += c.N
	}
	assert.EqualValues(t, n, sum)
	assert.Equal(t, []LinkCount{{Process, n}}, tally.Links())
}

func TestOutcomes(t *testing.T) {
	seen := map[string]bool{}
	for o := range Outcomes {
		assert.NotEmpty(t, o.String())
		assert.False(t, seen[o.String()], "%s twice", o)
		seen[o.String()] = true
		if o.Found() {
			assert.Equal(t, o.String(), string(o.evidence()))
		} else {
			assert.Empty(t, o.evidence())
		}
	}
	assert.Len(t, seen, 18)
}
