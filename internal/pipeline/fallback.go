//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/event"
	"github.com/beylareceiver/beylareceiver/internal/flow"
)

// fallBack gives the segment, or all that is held, to the parser of last resort, if there is one:
// a connection that nobody claims is one all the same. Whoever claims it later voids what that
// parser made of it.
func (s *session) fallBack(seg *flow.Segment) {
	if s.e.fallback == nil || s.flow.Transport != event.TCP {
		return
	}
	pieces := s.sniff.pieces
	if !s.certain { // known to nobody: the exchange says so
		s.toServer = s.opener(seg)
	}
	s.parser = s.e.fallback.NewParser(s.flow.Transport, s)
	if len(pieces) == 0 {
		s.pass(seg)
	}
	for i := range pieces {
		s.pass(&pieces[i])
	}
}

// opener is the direction of the first bytes that were seen.
func (s *session) opener(seg *flow.Segment) event.Dir {
	if len(s.sniff.pieces) > 0 {
		return s.sniff.pieces[0].Dir
	}
	return seg.Dir
}

// meanwhile gives a segment to the parser of last resort while others are asked.
func (s *session) meanwhile(seg *flow.Segment) {
	if s.parser != nil {
		s.pass(seg)
	}
}
