package preflight

import "strings"

// Feature is something that the receiver can do, or cannot from here.
type Feature struct {
	Name  FeatureName `json:"name"`
	Title string      `json:"title"`
	On    bool        `json:"on"`
	// Reason is why it is off.
	Reason string `json:"reason,omitempty"`
	// Add are the lines that would turn it on, all of them together: manifest keys,
	// flags of a container runtime or lines of a systemd unit, whichever this process was started by.
	// Empty when nothing will.
	Add []string `json:"add,omitempty"`

	gaps gaps
}

// FeatureName is a feature's name, a stable word.
type FeatureName string

// The features, in the order of a report.
const (
	Socket      FeatureName = "socket"
	WholeHost   FeatureName = "host"
	Processes   FeatureName = "processes"
	Executables FeatureName = "executables"
	Parents     FeatureName = "parents"
	States      FeatureName = "states"
	OwnSockets  FeatureName = "own_sockets"
	Interface   FeatureName = "interface"
	Pcap        FeatureName = "pcap"
)

// check is how a feature is judged: it notes what keeps the feature off.
type check struct {
	name  FeatureName
	title string
	judge func(*gaps, *Attempt)
}

func checks() []check {
	return []check{
		{Socket, "packets of TCP and UDP sockets", checkSocket},
		{WholeHost, "the whole host, not one cgroup", checkHost},
		{Processes, "which process reads and writes", checkProcesses},
		{Executables, "other users' executables, OTEL_* variables, goroutines", checkExecutables},
		{Parents, "parents by thread; those by wire and flow need nothing more", checkParents},
		{States, "connect times, failed connects", checkStates},
		{OwnSockets, "the collector's own sockets left out", checkOwnSockets},
		{Interface, "what reading network interfaces takes", checkInterface},
		{Pcap, "capture files", func(*gaps, *Attempt) {}},
	}
}

// FeatureNames lists all features.
func FeatureNames() []FeatureName {
	all := make([]FeatureName, 0, len(checks()))
	for _, c := range checks() {
		all = append(all, c.name)
	}
	return all
}

func features(f *Facts, a *Attempt) []Feature {
	all := make([]Feature, 0, len(checks()))
	for _, c := range checks() {
		g := gaps{facts: f}
		c.judge(&g, a)
		all = append(all, Feature{
			Name: c.name, Title: c.title, On: g.none(), Reason: strings.Join(g.reasons, "; "), Add: g.all(), gaps: g,
		})
	}
	return all
}
