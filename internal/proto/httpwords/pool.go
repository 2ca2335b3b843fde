package httpwords

// Caps of what is kept for reuse.
const (
	maxFree    = 4096
	maxBuffers = 64
	minBuffer  = 4 << 10
)

// Pool keeps exchanges that were released, at most 4096 of them. The zero value is empty.
type Pool[T any] struct{ free []*T }

// Take gives one of them; nil if there is none.
func (p *Pool[T]) Take() *T {
	n := len(p.free)
	if n == 0 {
		return nil
	}
	x := p.free[n-1]
	p.free = p.free[:n-1]
	return x
}

// Give takes one back.
func (p *Pool[T]) Give(x *T) {
	if len(p.free) < maxFree {
		p.free = append(p.free, x)
	}
}

// Len is how many there are.
func (p *Pool[T]) Len() int { return len(p.free) }

// Buffers lends memory for unfinished heads. The zero value is ready.
type Buffers struct{ free [][]byte }

// Take lends an empty buffer.
func (s *Buffers) Take() []byte {
	if n := len(s.free); n > 0 {
		b := s.free[n-1]
		s.free = s.free[:n-1]
		return b
	}
	return make([]byte, 0, minBuffer)
}

// Give takes a lent buffer back. Large ones are left to the garbage collector.
func (s *Buffers) Give(b []byte) {
	if cap(b) > 0 && cap(b) <= 4*minBuffer && len(s.free) < maxBuffers {
		s.free = append(s.free, b[:0])
	}
}
