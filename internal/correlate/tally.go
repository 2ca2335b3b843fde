package correlate

import (
	"sync"
	"sync/atomic"
)

// Count is how often requests that a service sent, or received, came by a parent in one
// way, or by none for one reason.
type Count struct {
	// Service is service.name of the end that the span speaks for.
	Service string
	// Outcome is an Evidence when Found is true, else the reason why there is no parent.
	Outcome string
	Found   bool
	N       uint64
}

// Tally counts outcomes by service. One goroutine adds, any may read.
type Tally struct {
	mu       sync.Mutex // guards services against Counts
	services map[string]*tallied
	links    [kindsOfLink]atomic.Uint64
}

type tallied [Outcomes]atomic.Uint64

const (
	// maxServices is how many services are told apart, so that the number of
	// metric series is bounded; the others are counted as otherServices.
	maxServices   = 256
	otherServices = "other"
	kindsOfLink   = 6
)

func newTally() *Tally { return &Tally{services: make(map[string]*tallied)} }

// Add counts a span.
func (t *Tally) Add(service string, p *Place) {
	s := t.services[service]
	if s == nil {
		s = t.open(service)
	}
	s[p.Outcome].Add(1)
	for i := range p.Links {
		t.links[linkKind(p.Links[i].Evidence)].Add(1)
	}
}

func (t *Tally) open(service string) *tallied {
	if len(t.services) >= maxServices {
		service = otherServices
		if s := t.services[service]; s != nil {
			return s
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := new(tallied)
	t.services[service] = s
	return s
}

// Counts are all that are not zero, in no order; from any goroutine.
func (t *Tally) Counts() (out []Count) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for service, s := range t.services {
		for o := range Outcomes {
			if n := s[o].Load(); n > 0 {
				out = append(out, Count{Service: service, Outcome: o.String(), Found: o.Found(), N: n})
			}
		}
	}
	return out
}

// LinkCount is how many links stand on one kind of evidence.
type LinkCount struct {
	Evidence Evidence
	N        uint64
}

// Links are how many links there were; from any goroutine.
func (t *Tally) Links() (out []LinkCount) {
	for i := range t.links {
		if n := t.links[i].Load(); n > 0 {
			out = append(out, LinkCount{Evidence: linkKinds()[i], N: n})
		}
	}
	return out
}

func linkKinds() [kindsOfLink]Evidence {
	return [...]Evidence{Wire, Forwarded, RequestID, Thread, Goroutine, Process}
}

func linkKind(e Evidence) int {
	for i, k := range linkKinds() {
		if e == k {
			return i
		}
	}
	return 0
}
