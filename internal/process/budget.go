package process

// budget is a token bucket in nanoseconds: every look-up costs step, credit
// grows with time up to a burst.
type budget struct {
	step, burst  int64
	credit, last int64
}

// newBudget allows rate look-ups a second, and a quarter of a second's worth at once.
func newBudget(rate int, now int64) budget {
	step := max(int64(1e9)/int64(rate), 1)
	burst := max(int64(rate/4), 1) * step
	return budget{step: step, burst: burst, credit: burst, last: now}
}

// take pays for one look-up, if there is credit.
func (b *budget) take(now int64) bool {
	if now > b.last {
		b.credit = min(b.credit+now-b.last, b.burst)
		b.last = now
	}
	if b.credit < b.step {
		return false
	}
	b.credit -= b.step
	return true
}
