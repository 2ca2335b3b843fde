package preflight

import (
	"fmt"
	"slices"
	"strings"
)

// gaps collects why something is off and what would turn it on.
type gaps struct {
	facts   *Facts
	reasons []string
	// missing are the capabilities to be had, lines everything else to be added.
	missing []Capability
	lines   []string
}

func (g *gaps) none() bool { return len(g.reasons) == 0 }

// because notes a reason that no line takes away by itself.
func (g *gaps) because(reason string) { g.reasons = with(g.reasons, reason) }

// gap notes a reason, and the line that takes it away: in a pod's manifest, on the
// command line of a container, or on the host. An empty one is no line.
func (g *gaps) gap(reason, pod, container, host string) {
	g.because(reason)
	if line := g.facts.Environment.pick(pod, container, host); line != "" {
		g.lines = with(g.lines, line)
	}
}

// same notes a reason whose line is the same everywhere.
func (g *gaps) same(reason, line string) { g.gap(reason, line, line, line) }

// behind notes that something else comes first, with all that it needs.
func (g *gaps) behind(reason string, first *gaps) {
	if first.none() {
		return
	}
	g.because(reason)
	g.also(first)
}

// also takes over what other gaps need.
func (g *gaps) also(other *gaps) {
	g.missing, g.lines = with(g.missing, other.missing...), with(g.lines, other.lines...)
}

// need notes what is lacking of these capabilities.
func (g *gaps) need(all ...Capability) {
	if g.facts.Namespaces.User.Place == PlaceOwn {
		g.gap("capabilities of a user namespace do not count",
			"hostUsers: true", "--userns=host", "run it in the host's user namespace")
		return
	}
	missing := g.facts.Capabilities.lacks(all...)
	if len(missing) == 0 {
		return
	}
	reason := names(missing, " and ") + " not effective"
	if uid := g.facts.Process.UID; uid != 0 {
		reason += fmt.Sprintf(" for user %d", uid)
	}
	g.because(reason)
	g.missing = with(g.missing, missing...)
}

// all gives everything that is to be added, capabilities first and in one line.
func (g *gaps) all() []string {
	if len(g.missing) == 0 {
		return g.lines
	}
	return slices.Concat(g.capabilities(), g.lines)
}

// capabilities says how the missing ones are had. What Kubernetes and docker add gets
// into the bounding set of every user, but takes effect for root alone
// (https://github.com/kubernetes/kubernetes/issues/56374); systemd can give it to any.
func (g *gaps) capabilities() []string {
	slices.SortFunc(g.missing, func(a, b Capability) int {
		return slices.Index(relevant(), a) - slices.Index(relevant(), b)
	})
	user := g.facts.Process.UID != 0
	grant := !user || slices.ContainsFunc(g.missing, func(c Capability) bool { return !g.facts.Capabilities.Bounding.Has(c) })
	var pod, flags, short []string
	if user {
		pod, flags = append(pod, "runAsUser: 0"), append(flags, "--user 0")
	}
	if grant {
		for _, c := range g.missing {
			short, flags = append(short, c.Short()), append(flags, "--cap-add "+c.Short())
		}
		pod = append(pod, "capabilities: {add: ["+strings.Join(short, ", ")+"]}")
	}
	return []string{g.facts.Environment.pick(
		"securityContext: {"+strings.Join(pod, ", ")+"}",
		strings.Join(flags, " "),
		"AmbientCapabilities="+names(g.missing, " "),
	)}
}

// pick chooses what is written where this process was started from.
func (e Environment) pick(pod, container, host string) string {
	switch e {
	case Kubernetes:
		return pod
	case Container:
		return container
	}
	return host
}

// with appends what is not there yet.
func with[T comparable](all []T, more ...T) []T {
	for _, x := range more {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}
