package preflight

import (
	"slices"
	"strings"
)

// Report says what can be done from here. Its JSON form is stable: keys and words may be
// added, none changes its meaning.
type Report struct {
	Scenario Scenario `json:"scenario"`
	// Title and Meaning are the scenario's, for people.
	Title    string    `json:"title"`
	Meaning  string    `json:"meaning"`
	Facts    Facts     `json:"facts"`
	Answers  []Step    `json:"kernel_answers"`
	Features []Feature `json:"features"`
}

// Build makes the report of what was found out. The same facts make the same report.
func Build(f Facts, a Attempt) Report {
	s := scenario(&f, &a)
	return Report{
		Scenario: s, Title: s.Title(), Meaning: s.Meaning(),
		Facts: f, Answers: a.steps(), Features: features(&f, &a),
	}
}

// Feature is the one of this name; the zero value for a name that there is not.
func (r *Report) Feature(name FeatureName) Feature {
	i := slices.IndexFunc(r.Features, func(f Feature) bool { return f.Name == name })
	if i < 0 {
		return Feature{}
	}
	return r.Features[i]
}

// Off lists the features of these names that are off.
func (r *Report) Off(of ...FeatureName) (off []Feature) {
	for _, name := range of {
		if f := r.Feature(name); !f.On {
			off = append(off, f)
		}
	}
	return off
}

// Lines gives all that these features of the report need, capabilities in one line.
func (r *Report) Lines(features []Feature) []string {
	g := gaps{facts: &r.Facts}
	for i := range features {
		g.also(&features[i].gaps)
	}
	return g.all()
}

// Summary is one line: the scenario, and which features are off.
func (r *Report) Summary() string {
	var on, off []string
	for _, f := range r.Features {
		if f.On {
			on = append(on, string(f.Name))
		} else {
			off = append(off, string(f.Name))
		}
	}
	line := r.Title + "; on: " + strings.Join(on, ", ")
	if len(off) > 0 {
		line += "; off: " + strings.Join(off, ", ")
	}
	return line
}
