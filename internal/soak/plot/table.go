package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"

	"gonum.org/v1/plot/plotter"
)

// table is columns of equal length, by name.
type table map[string][]float64

var (
	errColumn = errors.New("no such column")
	errShort  = errors.New("fewer than two samples")
)

// read reads the table.
func read(r io.Reader) (table, error) {
	lines, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the samples: %w", err)
	}
	if len(lines) < 3 {
		return nil, fmt.Errorf("read the samples: %w", errShort)
	}
	t := make(table)
	for at, name := range lines[0] {
		for _, line := range lines[1:] {
			v, err := strconv.ParseFloat(line[at], 64)
			if err != nil {
				return nil, fmt.Errorf("read the samples: %s: %w", name, err)
			}
			t[name] = append(t[name], v)
		}
	}
	return t, nil
}

// line is what is drawn of a column: its values times a factor, or by how much they grow per second.
type line struct {
	label, column string
	factor        float64
	perSecond     bool
}

// shortest is the least time between two samples, s, that says something about a rate.
const shortest = 0.5

// points gives the line over minutes.
func (t table) points(l line) (plotter.XYs, error) {
	at, values := t["seconds"], t[l.column]
	if at == nil || values == nil {
		return nil, fmt.Errorf("draw %s: %w", l.column, errColumn)
	}
	var xy plotter.XYs
	for i := range at {
		y := values[i] * l.factor
		if l.perSecond {
			if i == 0 || at[i]-at[i-1] < shortest {
				continue
			}
			y = (values[i] - values[i-1]) / (at[i] - at[i-1]) * l.factor
		}
		xy = append(xy, plotter.XY{X: at[i] / 60, Y: y})
	}
	if len(xy) == 0 {
		return nil, fmt.Errorf("draw %s: %w", l.column, errShort)
	}
	return xy, nil
}
