package explain

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// view is an answer as the template wants it.
type view struct {
	*Answer
	Filter  *Filter
	Style   template.CSS
	Taken   string
	Rows    []row
	States  []choice
	Reasons []choice
	Notes   []string
	Losses  []table
	Report  string
	// JSON is where the data of the same filter is.
	JSON string
}

// choice is an option of a form.
type choice struct {
	Value, Label string
	Chosen       bool
}

// table is a small one, of names and figures.
type table struct {
	Title string
	Lines []line
}

type line struct {
	Name, Value string
	Bad         bool
}

// row is a connection in the page.
type row struct {
	*Connection
	Arrow, Process, Detail, Speaks, Age, Why string
	None                                     bool
}

func newView(a *Answer, f *Filter) *view {
	v := &view{
		Answer: a, Filter: f, JSON: "/explain.json" + f.query(), Taken: a.Time.UTC().Format("2006-01-02 15:04:05 UTC"),
		Style: template.CSS(pageCSS), //nolint:gosec // the style is ours
	}
	for i := range a.Connections {
		v.Rows = append(v.Rows, newRow(&a.Connections[i], a.Time))
	}
	labels := []string{"all", "without spans", "with spans", "live", "ended"}
	for i, s := range states() {
		v.States = append(v.States, choice{s, labels[i], s == f.State})
	}
	v.Reasons = append(v.Reasons, choice{"", "any", f.Reason == ""})
	for _, r := range slices.Sorted(maps.Keys(a.Summary.Without)) {
		if Reason(r) == f.Reason || a.Summary.Without[r] > 0 {
			label := fmt.Sprintf("%s (%s)", r, thousands(a.Summary.Without[r]))
			v.Reasons = append(v.Reasons, choice{r, label, Reason(r) == f.Reason})
		}
	}
	v.Notes, v.Losses = notes(a), tables(&a.Account)
	if a.Preflight != nil {
		v.Report = cleanLines(a.Preflight.Text())
	}
	return v
}

func newRow(c *Connection, now time.Time) row {
	r := row{Connection: c, Arrow: "–", Age: age(now.Sub(c.LastSeen)), Why: c.Explanation(), None: c.Spans == 0}
	switch c.Role {
	case Server:
		r.Arrow = "←"
	case Client:
		r.Arrow = "→"
	}
	name := path.Base(c.Executable)
	if c.Executable == "" {
		name = ""
	}
	r.Process = cmp.Or(c.Service, name, short(c.Container), "not known")
	var detail []string
	if c.PID != 0 {
		detail = append(detail, fmt.Sprintf("pid %d", c.PID))
	}
	if name != "" && name != r.Process {
		detail = append(detail, name)
	}
	if c.Container != "" && r.Process != short(c.Container) {
		detail = append(detail, "container "+short(c.Container))
	}
	r.Detail = strings.Join(detail, ", ")
	r.Speaks = c.Protocol
	if r.Speaks == "" {
		r.Speaks = "none"
		if c.State == Live && c.Verdict != Ignored && c.Verdict != Unselected {
			r.Speaks = "sniffing"
		}
	}
	return r
}

// short is the part of a container's id that people use.
func short(id string) string { return id[:min(len(id), 12)] }

// notes say what the table does not show.
func notes(a *Answer) (n []string) {
	if more := a.Matched - len(a.Connections); more > 0 {
		n = append(n, fmt.Sprintf("%s more match: narrow the filter, or add limit=%d", thousands(uint64(more)), min(a.Matched, maxRows)))
	}
	if a.Unlisted > 0 {
		n = append(n, plural(a.Unlisted, "older live connection")+" not listed")
	}
	if a.Forgotten > 0 {
		n = append(n, plural(a.Forgotten, "earlier connection")+" ended and forgotten")
	}
	return n
}

// tables are the account in small tables; what is zero is left out of those by reason.
func tables(a *Account) []table {
	messages := []line{
		{Name: "received", Value: thousands(a.Messages.Received)},
		{Name: "used in spans", Value: thousands(a.Messages.Used)},
		{Name: "held", Value: thousands(uint64(max(a.Messages.Held, 0)))},
		{Name: "dropped", Value: thousands(Total(a.Messages.Dropped))},
		{Name: "filtered", Value: thousands(Total(a.Messages.Filtered))},
		{Name: "spans emitted", Value: thousands(a.Spans.Emitted)},
		{Name: "spans refused", Value: thousands(a.Spans.Refused), Bad: a.Spans.Refused > 0},
	}
	kernel := append([]line{
		{Name: "packets", Value: thousands(a.Kernel.Packets)},
		{Name: "messages", Value: thousands(a.Kernel.Messages)},
		{Name: "left out", Value: thousands(a.Kernel.Shed), Bad: a.Kernel.Shed > 0},
		{Name: "failed connects", Value: thousands(a.Kernel.FailedConnects)},
	}, byReason("lost: ", a.Kernel.Lost, true)...)
	var limits []line
	for _, name := range slices.Sorted(maps.Keys(a.Limits)) {
		g := a.Limits[name]
		limits = append(limits, line{
			Name:  strings.ReplaceAll(name, "_", " "),
			Value: fmt.Sprintf("%s of %s", thousands(uint64(max(g.Value, 0))), thousands(uint64(max(g.Limit, 0)))),
			Bad:   g.Limit > 0 && g.Value >= g.Limit,
		})
	}
	return []table{
		{"Messages", messages},
		{"Without a span, by reason", append(byReason("", a.Messages.Dropped, false), byReason("", a.Messages.Filtered, false)...)},
		{"Kernel side", append(kernel, byReason("skipped: ", a.Kernel.Skipped, false)...)},
		{"Limits", limits},
	}
}

func byReason(prefix string, counts map[string]uint64, bad bool) (lines []line) {
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[what]; n > 0 {
			lines = append(lines, line{Name: prefix + what, Value: thousands(n), Bad: bad})
		}
	}
	return lines
}
