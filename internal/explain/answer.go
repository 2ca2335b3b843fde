package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Answer is what a request is answered with. Its JSON form is described in docs/explain.md:
// keys may be added, none changes its meaning.
type Answer struct {
	Receiver string    `json:"receiver"`
	Time     time.Time `json:"time"`
	Summary  Summary   `json:"summary"`
	// Matched is how many of the remembered connections pass the filter; the newest of
	// them are in Connections.
	Matched     int          `json:"matched"`
	Connections []Connection `json:"connections"`
	// Unlisted and Forgotten are as in Snapshot.
	Unlisted  uint64  `json:"live_not_listed"`
	Forgotten uint64  `json:"ended_forgotten"`
	Account   Account `json:"account"`
	// Preflight is what was found out at the start; null if that is not known.
	Preflight Report `json:"preflight"`
}

// Summary counts the connections since the start.
type Summary struct {
	Text        string            `json:"text"`
	Connections uint64            `json:"connections"`
	WithSpans   uint64            `json:"with_spans"`
	Without     map[string]uint64 `json:"without_spans"`
}

// Report is what was found out at the start. It is also marshalled into JSON.
type Report interface {
	// Text is some lines for people.
	Text() string
}

// summarize makes the line that stands on top.
func summarize(s *Snapshot) Summary {
	sum := Summary{Connections: s.Opened, WithSpans: s.WithSpans, Without: make(map[string]uint64, len(s.Without))}
	most := Count{}
	for _, c := range s.Without {
		sum.Without[c.What] = c.N
		if c.What != string(Pending) && c.N > most.N {
			most = c
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s with spans", plural(s.Opened, "connection"), thousands(s.WithSpans))
	if n := sum.Without[string(Pending)]; n > 0 {
		fmt.Fprintf(&b, ", %s not decided yet", thousands(n))
	}
	if most.N > 0 {
		fmt.Fprintf(&b, "; most frequent reason for none: %s (%s)", most.What, thousands(most.N))
	}
	sum.Text = b.String()
	return sum
}

// pick takes the connections that pass the filter, latest activity first, and tells how
// many there are before the limit.
func pick(s *Snapshot, f *Filter) (shown []Connection, matched int) {
	at := make([]int, 0, len(s.Connections))
	for i := range s.Connections {
		if f.matches(&s.Connections[i]) {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(at, func(a, b int) int {
		x, y := &s.Connections[a], &s.Connections[b]
		return cmp.Or(y.LastSeen.Compare(x.LastSeen), y.Opened.Compare(x.Opened))
	})
	shown = make([]Connection, min(len(at), f.Limit))
	for i := range shown {
		shown[i] = s.Connections[at[i]]
		shown[i].clean()
	}
	return shown, len(at)
}
