package main

import "fmt"

// row is one line of the report.
type row struct {
	Name  string `json:"name"`
	Value number `json:"value"`
	Unit  string `json:"unit"`
	// Target and OK are null where the figure is for information.
	Target *target `json:"target"`
	OK     *bool   `json:"ok"`
	// Min and Max are the extremes of what Value is the median of.
	Min *number `json:"min,omitempty"`
	Max *number `json:"max,omitempty"`
}

// target is a bound that a figure is to keep.
type target struct {
	atLeast bool // else at most
	bound   float64
}

func atLeast(bound float64) *target { return &target{atLeast: true, bound: bound} }
func atMost(bound float64) *target  { return &target{bound: bound} }

func (t *target) String() string {
	if t.atLeast {
		return fmt.Sprintf(">= %g", t.bound)
	}
	return fmt.Sprintf("<= %g", t.bound)
}

// MarshalText writes the target as the table shows it.
func (t *target) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

func (t *target) kept(value number) bool {
	if t.atLeast {
		return float64(value) >= t.bound
	}
	return float64(value) <= t.bound
}

// figure is a row without a target.
func figure(name string, value float64, unit string) row {
	return row{Name: name, Value: round(value), Unit: unit}
}

// against holds the row to a target.
func (r row) against(t *target) row {
	ok := t.kept(r.Value)
	r.Target, r.OK = t, &ok
	return r
}

// within adds the extremes.
func (r row) within(s sample) row {
	low, high := round(s.min()), round(s.max())
	r.Min, r.Max = &low, &high
	return r
}
