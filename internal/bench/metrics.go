package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// metrics is one reading of the collector's own metrics: series, as the
// Prometheus text format writes them, and their values.
type metrics map[string]float64

var errSeries = errors.New("not a series")

// parseMetrics reads the text format; nothing but series matters here.
// https://prometheus.io/docs/instrumenting/exposition_formats/
func parseMetrics(r io.Reader) (metrics, error) {
	m := make(metrics)
	for lines := bufio.NewScanner(r); ; {
		if !lines.Scan() {
			return m, lines.Err()
		}
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		if at < 0 {
			return nil, fmt.Errorf("%w: %q", errSeries, line)
		}
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %w", errSeries, line, err)
		}
		m[line[:at]] = value
	}
}

// sum adds the series of a metric of the receiver up; each name in labels
// ("reason=ring_full_start") must be among the series' labels.
func (m metrics) sum(name string, labels ...string) float64 {
	var sum float64
	for series, value := range m {
		if hasName(series, name) && hasLabels(series, labels) {
			sum += value
		}
	}
	return sum
}

// by is the values of a metric by one label, zeros left out.
func (m metrics) by(name, label string) map[string]float64 {
	values := make(map[string]float64)
	for series, value := range m {
		if hasName(series, name) && value != 0 {
			values[labelOf(series, label)] += value
		}
	}
	return values
}

// histogram gives the mean of a histogram and the smallest bucket bound that
// holds a share q of it; zeros when it is empty.
func (m metrics) histogram(name string, q float64) (mean, bound float64) {
	count := m.sum(name + "_count")
	if count == 0 {
		return 0, 0
	}
	bound = math.Inf(1)
	for series, value := range m {
		if !hasName(series, name+"_bucket") || value < q*count {
			continue
		}
		if le, err := strconv.ParseFloat(labelOf(series, "le"), 64); err == nil {
			bound = min(bound, le)
		}
	}
	return m.sum(name+"_sum") / count, bound
}

// hasName tells whether a series is of this metric: the receiver's, unless the name
// begins as all of the Collector's do.
func hasName(series, name string) bool {
	if !strings.HasPrefix(name, "otelcol_") {
		name = "otelcol_beyla_" + name
	}
	rest, ok := strings.CutPrefix(series, name)
	return ok && (rest == "" || rest[0] == '{')
}

func hasLabels(series string, labels []string) bool {
	for _, l := range labels {
		name, value, _ := strings.Cut(l, "=")
		if labelOf(series, name) != value {
			return false
		}
	}
	return true
}

// labelOf is the value of a label, "" when there is none. The receiver's labels
// hold no quotes.
func labelOf(series, label string) string {
	_, rest, _ := strings.Cut(series, "{")
	for pair := range strings.SplitSeq(strings.TrimSuffix(rest, "}"), ",") {
		if name, value, _ := strings.Cut(pair, "="); name == label {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}
