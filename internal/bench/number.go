package main

import (
	"math"
	"strconv"
)

// number is a figure of the report. It need not be finite: a share of nothing is
// no number, and what lies beyond a histogram's last bound has none.
type number float64

// round keeps four significant digits of what is below a thousand, and whole
// numbers above: more would be noise.
func round(v float64) number {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return number(v)
	}
	scale := math.Pow(10, 3-math.Floor(math.Log10(math.Abs(v))))
	if scale < 1 {
		return number(math.Round(v))
	}
	return number(math.Round(v*scale) / scale)
}

func (n number) String() string { return strconv.FormatFloat(float64(n), 'f', -1, 64) }

// MarshalJSON writes null for what JSON has no number for.
func (n number) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(n), 0) || math.IsNaN(float64(n)) {
		return []byte("null"), nil
	}
	return []byte(n.String()), nil
}
