package soak

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Table writes samples as comma-separated values (RFC 4180), one line each, with a head. Every
// line is out before Add returns: a run that is cut off leaves what it saw.
type Table struct{ out *csv.Writer }

// counts are the columns that are not int64 in a sample.
func counts(p *Sample) []string {
	return []string{
		strconv.Itoa(p.Process.Descriptors), strconv.Itoa(p.Process.Threads),
		strconv.Itoa(len(p.Process.Maps)), strconv.Itoa(len(p.Process.Programs)), strconv.Itoa(len(p.Process.Links)),
	}
}

// NewTable writes the head.
func NewTable(w io.Writer) (*Table, error) {
	t := &Table{csv.NewWriter(w)}
	head := []string{"seconds", "cpu_seconds_total", "descriptors", "threads", "bpf_maps", "bpf_programs", "bpf_links"}
	for _, c := range columns() {
		head = append(head, c.name)
	}
	return t, t.write(head)
}

// Add writes a sample.
func (t *Table) Add(s Sample) error {
	line := append([]string{seconds(s.At), seconds(s.Process.CPU)}, counts(&s)...)
	for _, c := range columns() {
		line = append(line, strconv.FormatInt(c.get(&s), 10))
	}
	return t.write(line)
}

func (t *Table) write(line []string) error {
	_ = t.out.Write(line) // Error tells
	t.out.Flush()
	if err := t.out.Error(); err != nil {
		return fmt.Errorf("write a sample: %w", err)
	}
	return nil
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) }
