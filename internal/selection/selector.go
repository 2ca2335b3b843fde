package selection

import "strings"

// Choice is what the rules say of a flow.
type Choice uint8

// The choices. Undecided: a rule asks for what is not known yet.
const (
	Undecided Choice = iota
	Selected
	Unselected
)

// Facts are what is known of a flow.
type Facts struct {
	// ServerPort is the server's port; 0 while it is not known who the server is.
	ServerPort uint16
	// Process is false while who holds the socket is not known; then the
	// fields below say nothing.
	Process                     bool
	Executable, Service, Cgroup string
	ContainerID                 string
	Namespace                   uint32
}

// Selector holds the compiled rules. The zero value selects everything.
type Selector struct {
	include, exclude []rule
}

// New compiles the rules. A flow is selected when one of include matches (or
// include is empty) and none of exclude does.
func New(include, exclude []Rule) (*Selector, error) {
	in, err := compile(include)
	if err != nil {
		return nil, err
	}
	out, err := compile(exclude)
	if err != nil {
		return nil, err
	}
	return &Selector{include: in, exclude: out}, nil
}

// All tells whether there is nothing to decide.
func (s *Selector) All() bool { return len(s.include) == 0 && len(s.exclude) == 0 }

// NeedsProcess tells whether any rule asks for more than ports.
func (s *Selector) NeedsProcess() bool {
	for _, list := range [][]rule{s.include, s.exclude} {
		for i := range list {
			if list[i].ofProcess() {
				return true
			}
		}
	}
	return false
}

// Choose decides. With final set it treats what is not known as not matching,
// and never answers Undecided.
func (s *Selector) Choose(f *Facts, final bool) Choice {
	included, open := true, false
	if len(s.include) > 0 {
		included, open = match(s.include, f)
	}
	excluded, openOut := match(s.exclude, f)
	switch {
	case excluded:
		return Unselected
	case !included && (!open || final):
		return Unselected
	case !final && (openOut || !included):
		return Undecided
	}
	return Selected
}

// match tells whether one of the rules holds, and whether one could still.
func match(rules []rule, f *Facts) (yes, open bool) {
	for i := range rules {
		switch rules[i].match(f) {
		case Selected:
			return true, false
		case Undecided:
			open = true
		}
	}
	return false, open
}

func (r *rule) match(f *Facts) Choice {
	known := Selected
	if len(r.Ports) > 0 {
		switch {
		case f.ServerPort == 0:
			known = Undecided
		case !r.hasPort(f.ServerPort):
			return Unselected
		}
	}
	if !r.ofProcess() {
		return known
	}
	if !f.Process {
		return Undecided
	}
	if r.executable != nil && !r.executable.MatchString(f.Executable) ||
		r.service != nil && !r.service.MatchString(f.Service) ||
		r.cgroup != nil && !r.cgroup.MatchString(f.Cgroup) ||
		r.ContainerID != "" && !strings.HasPrefix(f.ContainerID, r.ContainerID) ||
		r.Namespace != 0 && r.Namespace != f.Namespace {
		return Unselected
	}
	return known
}

func (r *rule) hasPort(p uint16) bool {
	for _, pr := range r.Ports {
		if pr.From <= p && p <= pr.To {
			return true
		}
	}
	return false
}
