//go:build amd64 || arm64

package replay

import "slices"

// maxHoles is how many holes a stream remembers. Beyond it neighbours are
// taken as one, so that what lies between them may be given out twice, but
// nothing is lost; what follows removes duplicates anyway.
const maxHoles = 16

// before is how far ahead of its first segment a stream may still begin, when
// its SYN was not seen: captures reorder.
const before = 1 << 20

// hole is a range of positions that was not seen.
type hole struct{ from, to int64 }

// stream knows which bytes of one direction of a TCP connection were seen. Its
// positions are sequence numbers unwrapped to 64 bits; 0 is the first byte
// after the SYN or, where that was not seen, the first byte seen.
type stream struct {
	begun bool
	// next is the sequence number at position high.
	next uint32
	// floor is below every position; high is after the last byte seen.
	floor, high int64
	// holes are in order, not touching, all below high.
	holes []hole
}

// begin sets position 0. Nothing comes before it after a SYN.
func (s *stream) begin(seq uint32, syn bool) {
	*s = stream{begun: true, next: seq, holes: s.holes[:0]}
	if !syn {
		s.floor = -before
		s.holes = append(s.holes, hole{-before, 0})
	}
}

// locate gives the position of a sequence number, the one nearest to high.
func (s *stream) locate(seq uint32) int64 { return s.high + int64(int32(seq-s.next)) }

// at gives the sequence number of a position.
func (s *stream) at(pos int64) uint32 { return s.next + uint32(pos-s.high) }

// missing gives the first position from pos on that was not seen.
func (s *stream) missing(pos int64) int64 {
	if pos >= s.high {
		return pos
	}
	pos = max(pos, s.floor)
	for _, h := range s.holes {
		if pos < h.to {
			return max(pos, h.from)
		}
	}
	return s.high
}

// contiguous gives the position up to which nothing is missing.
func (s *stream) contiguous() int64 {
	for _, h := range s.holes {
		if h.from >= 0 {
			return h.from
		}
	}
	return s.high
}

// take marks [from, to) as seen. late: it lies below high; gap: bytes before
// it are missing. from must not have been seen before, see missing.
func (s *stream) take(from, to int64) (late, gap bool) {
	if from < s.high {
		s.fill(from, to)
		late = true
	} else if from > s.high {
		s.dig(hole{s.high, from})
		gap = true
	}
	if to > s.high {
		s.next += uint32(to - s.high)
		s.high = to
	}
	return late, gap
}

// fill takes [from, to) out of the holes.
func (s *stream) fill(from, to int64) {
	for i := 0; i < len(s.holes); {
		h := s.holes[i]
		switch {
		case h.to <= from || h.from >= to:
			i++
		case h.from >= from && h.to <= to:
			s.holes = slices.Delete(s.holes, i, i+1)
		case h.from < from && h.to > to:
			s.holes[i].to = from
			s.holes = slices.Insert(s.holes, i+1, hole{to, h.to})
			s.bound()
			return
		case h.from < from:
			s.holes[i].to = from
			i++
		default:
			s.holes[i].from = to
			i++
		}
	}
}

// dig adds a hole above all others.
func (s *stream) dig(h hole) {
	s.holes = append(s.holes, h)
	s.bound()
}

// bound joins the two oldest holes when there are too many, sparing the one
// before position 0: it is not known to be one.
func (s *stream) bound() {
	if len(s.holes) <= maxHoles {
		return
	}
	i := 0
	if s.holes[0].to <= 0 {
		i = 1
	}
	s.holes[i].to = s.holes[i+1].to
	s.holes = slices.Delete(s.holes, i+1, i+2)
}
