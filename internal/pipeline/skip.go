//go:build linux && (amd64 || arm64)

package pipeline

import "github.com/beylareceiver/beylareceiver/internal/proto"

// skip takes it that whole exchanges are left out from here on, until there are bytes again. What
// was left out is counted by the kernel.
func (s *session) skip() {
	s.skipping = s.omits()
}

// omits tells whether the session can do without the gaps of what is left out.
func (s *session) omits() bool {
	if s.parser == nil {
		s.sniff.reset()
		return true
	}
	p, ok := s.parser.(proto.Skipper)
	if !ok || !p.Skip() {
		return false
	}
	if s.state == sniffing {
		s.sniff.reset()
	}
	return true
}
