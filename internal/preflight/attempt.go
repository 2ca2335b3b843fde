package preflight

import (
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/tap"
)

// Attempt is what became of opening the tap.
type Attempt struct {
	// Err is why it could not be opened; nil when it could.
	Err error
	// Denied tells whether that is for want of privilege.
	Denied bool
	// Report is what the kernel accepted.
	Report tap.Report
	// Threads tells whether who reads and who writes each message was asked for.
	Threads bool
}

// Step is one thing that was asked of the kernel.
type Step struct {
	// Name is "packets", a rung of the ladder of owner hooks, or one of "readers",
	// "writers", "socket_states", "own_sockets".
	Name string `json:"name"`
	// Answer is what the kernel said.
	Answer Answer `json:"answer"`
	// Error is why it refused, one line.
	Error string `json:"error,omitempty"`
}

// Answer is what the kernel said.
type Answer string

// The answers.
const (
	Accepted Answer = "accepted"
	Refused  Answer = "refused"
	// NotTried: something better was accepted, or something needed was refused.
	NotTried Answer = "not_tried"
)

// ladder lists the rungs of owner hooks, best first.
func ladder() []tap.Rung { return []tap.Rung{tap.RungTracepoint, tap.RungFexit, tap.RungKprobe} }

// How the tap names what it misses, see Missing of [tap.Report].
const (
	missingRung    = "owner hooks by "
	missingReaders = "readers by "
	missingWriters = "writers"
	missingStates  = "socket states by "
	missingCreate  = "own sockets by "
	missingSelf    = "own process number"
)

// refusal is the kernel's error about what the tap names so, empty when there was none.
func (a *Attempt) refusal(feature string) string {
	for _, m := range a.Report.Missing {
		if strings.HasPrefix(m.Feature, feature) {
			return oneLine(m.Err)
		}
	}
	return ""
}

// steps says in order what was asked and answered.
func (a *Attempt) steps() []Step {
	if a.Err != nil {
		return []Step{{Name: "packets", Answer: Refused, Error: oneLine(a.Err)}}
	}
	r := &a.Report
	all := []Step{{Name: "packets", Answer: Accepted}}
	for _, rung := range ladder() {
		all = append(all, a.step(string(rung), r.Owners == rung, missingRung+string(rung)))
	}
	return append(all,
		a.step("readers", r.Readers, missingReaders),
		a.step("writers", r.Writers, missingWriters),
		a.step("socket_states", r.States, missingStates),
		a.step("own_sockets", r.OwnSockets, missingCreate))
}

func (a *Attempt) step(name string, accepted bool, feature string) Step {
	s := Step{Name: name, Answer: NotTried, Error: a.refusal(feature)}
	switch {
	case accepted:
		s = Step{Name: name, Answer: Accepted}
	case s.Error != "":
		s.Answer = Refused
	}
	return s
}

// longestError is what is shown of an error, bytes: the verifier's may have pages.
const longestError = 300

func oneLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if len(line) > longestError {
		line = strings.ToValidUTF8(line[:longestError], "") + "..."
	}
	return line
}
