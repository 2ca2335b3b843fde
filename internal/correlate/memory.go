package correlate

// memory keeps values for a while after they were last of use, in two generations:
// what came to neither is forgotten. So it is bounded by time and by number.
type memory struct {
	young, old map[uint64]struct{}
	turned     int64
}

const (
	// memoryTime is how long, in nanoseconds, a generation is added to, so that a
	// value is known for at least that long, unless there are too many.
	memoryTime = int64(30e9)
	// maxMemory is how many values one generation holds.
	maxMemory = 32768
)

func newMemory() memory {
	return memory{young: make(map[uint64]struct{}), old: make(map[uint64]struct{})}
}

func (m *memory) add(value uint64, now int64) {
	if now-m.turned > memoryTime || len(m.young) >= maxMemory {
		m.young, m.old = m.old, m.young
		clear(m.young)
		m.turned = now
	}
	m.young[value] = struct{}{}
}

func (m *memory) has(value uint64) bool {
	if _, ok := m.young[value]; ok {
		return true
	}
	_, ok := m.old[value]
	return ok
}
