//go:build linux && (amd64 || arm64)

package pipeline

import (
	"github.com/beylareceiver/beylareceiver/internal/process"
	"github.com/beylareceiver/beylareceiver/internal/selection"
)

// choose asks the rules whether the flow is traced, until they have answered.
// With final set, what is not known by now does not match; such an answer is good
// for one exchange, and the next one asks again.
func (s *session) choose(final bool) selection.Choice {
	if s.choice != selection.Undecided {
		return s.choice
	}
	var facts selection.Facts
	if s.certain {
		facts.ServerPort = s.endpoints().Server.Port()
	}
	guess := false
	if s.e.selector.NeedsProcess() && (s.holder().PID != 0 || final) {
		r := s.e.procs.Lookup(s.holder())
		guess = r.Provisional || s.e.owners && s.holder().PID == 0
		if !guess || final {
			know(&facts, r)
		}
	}
	choice := s.e.selector.Choose(&facts, final)
	if !guess {
		s.choice = choice
	}
	return choice
}

// know fills in what the resource tells.
func know(f *selection.Facts, r *process.Resource) {
	f.Process = true
	f.Executable, f.Service, f.Cgroup = r.Executable, r.Service, r.CgroupPath
	f.ContainerID, f.Namespace = r.ContainerID, r.NetNS
}
