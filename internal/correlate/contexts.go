package correlate

// contexts are the traces that came over the wire, and how much hangs below
// them. They are kept in two generations: what was not used in a whole one is
// forgotten, so that the memory is bounded by time and by number.
type contexts struct {
	traces     *traces
	young, old map[[16]byte]*trace
	turned     int64
	lifetime   int64
}

// maxContexts is how many traces one generation holds. A trace that is heard of less often than that many
// others counts its spans from zero, which is what a new one does anyway.
const maxContexts = 8192

func newContexts(ts *traces, lifetime int64) contexts {
	return contexts{
		traces: ts, lifetime: lifetime,
		young: make(map[[16]byte]*trace), old: make(map[[16]byte]*trace),
	}
}

// of gives the trace of a context.
func (cs *contexts) of(id [16]byte, now int64) *trace {
	if now-cs.turned > cs.lifetime {
		cs.turn(now)
	}
	if t := cs.young[id]; t != nil {
		return t
	}
	if len(cs.young) >= maxContexts {
		cs.turn(now)
	}
	t := cs.old[id]
	if t == nil {
		t = cs.traces.begin(now)
		t.refs++ // ours
	} else {
		delete(cs.old, id)
	}
	cs.young[id] = t
	return t
}

// turn forgets the older generation. Spans may still be under way in its traces.
func (cs *contexts) turn(now int64) {
	for _, t := range cs.old {
		cs.traces.release(t)
	}
	clear(cs.old)
	cs.young, cs.old = cs.old, cs.young
	cs.turned = now
}
