package topology

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// tableFormat is that of the header's words; a row's figures have the same widths.
const tableFormat = "%-22s %4s %8s %6s %8s %8s %9s %7s %7s %7s %9s %9s  %s\n"

// PrintHeader prints the first line of the table.
func PrintHeader(w io.Writer) {
	fmt.Fprintf(w, tableFormat, "row", "conc", "parents", "wrong", "shallow", "missing",
		"precision", "recall", "conn", "process", "links r/w", "not seen", "evidence, faults")
}

// Print prints a result as a line of the table.
func (r Result) Print(w io.Writer) {
	n := func(v int) string { return fmt.Sprint(v) }
	f := func(v float64) string { return fmt.Sprintf("%.3f", v) }
	fmt.Fprintf(w, tableFormat, r.Row, n(r.Concurrency), n(r.Parents), n(r.Wrong), n(r.Shallow), n(r.Missing),
		f(r.Precision), f(r.Recall), f(r.ConnectionRecall), f(r.ProcessRecall),
		fmt.Sprintf("%d/%d", r.LinksRight, r.LinksWrong), fmt.Sprintf("%d/%d", r.NotSeen, r.Requests), r.notes())
}

func (r Result) notes() string {
	var notes []string
	for evidence, n := range r.Evidence {
		notes = append(notes, fmt.Sprintf("%s %d", evidence, n))
	}
	slices.Sort(notes)
	if r.Nameless > 0 {
		notes = append(notes, fmt.Sprintf("nameless %d", r.Nameless))
	}
	if r.Faults != (Faults{}) {
		notes = append(notes, fmt.Sprintf("FAULTS %+v", r.Faults))
	}
	return strings.Join(notes, ", ")
}

// WriteFile writes the results as a JSON array.
func WriteFile(path string, results []Result) error {
	data, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the results: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make a folder for the results: %w", err)
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}
