package vitals

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Metrics is one reading of a collector's own metrics: series, as the Prometheus
// text format writes them, and their values.
type Metrics map[string]float64

// ParseMetrics reads the text format; nothing but series matters here.
// https://prometheus.io/docs/instrumenting/exposition_formats/
func ParseMetrics(r io.Reader) (Metrics, error) {
	m := make(Metrics)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		if at < 0 {
			return nil, fmt.Errorf("read metrics: %w: %q", ErrFormat, line)
		}
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("read metrics: %w: %q", err, line)
		}
		m[line[:at]] = value
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	return m, nil
}

// Sum adds the series of a metric of the receiver (the name without otelcol_beyla_) up; each of
// labels (`reason="gap"`) must be among a series' own.
func (m Metrics) Sum(name string, labels ...string) int64 {
	var sum float64
	for series, value := range m {
		metric, own, _ := strings.Cut(strings.TrimSuffix(series, "}"), "{")
		if metric == "otelcol_beyla_"+name && has(own, labels) {
			sum += value
		}
	}
	return int64(sum)
}

// By is the values of a metric of the receiver by one label, zeros left out.
func (m Metrics) By(name, label string) map[string]int64 {
	values := make(map[string]int64)
	for series, value := range m {
		metric, own, _ := strings.Cut(strings.TrimSuffix(series, "}"), "{")
		if metric != "otelcol_beyla_"+name || value == 0 {
			continue
		}
		for pair := range strings.SplitSeq(own, ",") {
			if key, word, _ := strings.Cut(pair, "="); key == label {
				values[strings.Trim(word, `"`)] += int64(value)
			}
		}
	}
	return values
}

// HeapBytes is the memory of live objects and of dead ones that are not collected yet.
func (m Metrics) HeapBytes() int64 { return int64(m["otelcol_process_runtime_heap_alloc_bytes"]) }

// has tells whether all of want are among labels. The receiver's labels hold no commas.
func has(labels string, want []string) bool {
	own := "," + labels + ","
	for _, w := range want {
		if !strings.Contains(own, ","+w+",") {
			return false
		}
	}
	return true
}
