package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
)

// printTable writes the rows for people.
func printTable(w io.Writer, rows []row) error {
	var b strings.Builder
	b.WriteString("name\tvalue\tunit\ttarget\tok\tmin .. max\n")
	for _, r := range rows {
		want, ok, extremes := "", "", ""
		if r.Target != nil {
			want, ok = r.Target.String(), strconv.FormatBool(*r.OK)
		}
		if r.Min != nil {
			extremes = fmt.Sprintf("%s .. %s", *r.Min, *r.Max)
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, r.Value, r.Unit, want, ok, extremes)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(t, b.String()); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return t.Flush()
}

// writeJSON writes the rows for programs.
func writeJSON(path string, rows []row) error {
	data, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
