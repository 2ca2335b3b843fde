package sampling

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func TestExplicit(t *testing.T) {
	const r = 0x6e6d1a75832a2f
	for state, want := range map[string]uint64{
		"ot=rv:6e6d1a75832a2f":                        r,
		"ot=th:c;rv:6e6d1a75832a2f":                   r,
		"ot=rv:6e6d1a75832a2f;th:c":                   r,
		"rojo=1,ot=rv:6e6d1a75832a2f,congo=2":         r,
		"rojo=1 , \tot=rv:6e6d1a75832a2f\t ,,congo=2": r,
		"ot=rv:00000000000000":                        0,
		"ot=rv:ffffffffffffff":                        everything - 1,
		"x@ot=rv:ffffffffffffff,ot=rv:6e6d1a75832a2f": r,
	} {
		got, ok := explicit(state)
		assert.True(t, ok, state)
		assert.Equal(t, want, got, state)
	}
	for _, state := range []string{
		"", ",", "ot=", "ot", "ot=rv", "ot=rv:", "rv:6e6d1a75832a2f", "ot=th:c",
		"ot=rv:6e6d1a75832a2", "ot=rv:6e6d1a75832a2f0", "ot=rv:6E6D1A75832A2F", "ot=rv:6e6d1a75832a2g", "ot=rv: 6e6d1a75832a2",
		"ot=rv:6e6d1a75832a2f;rv:6e6d1a75832a2f", "ot=rv:6e6d1a75832a2f;rv:", "ot=xrv:6e6d1a75832a2f", "ot=rv=6e6d1a75832a2f",
		"x@ot=rv:6e6d1a75832a2f", "ott=rv:6e6d1a75832a2f", "o=ot=rv:6e6d1a75832a2f",
	} {
		got, ok := explicit(state)
		assert.False(t, ok, state)
		assert.Zero(t, got, state)
	}
}

// The parser finds what a plain reading of the specification finds.
func FuzzExplicit(f *testing.F) {
	rv := regexp.MustCompile(`^rv:([0-9a-f]{14})$`)
	for _, state := range []string{
		"ot=rv:6e6d1a75832a2f", "rojo=1,ot=th:c;rv:6e6d1a75832a2f , a@ot=x", "ot=rv:1;rv:2", "ot=;;rv:", " ot=a",
	} {
		f.Add(state)
	}
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	f.Fuzz(func(t *testing.T, raw string) {
		got, ok := explicit(raw) // no panic, whatever it is
		if !ok && got != 0 {
			t.Fatalf("%q: not ok, but %x", raw, got)
		}
		c, _ := tracecontext.Parse([]byte(parent), []byte(raw))
		var found []string
		for _, item := range strings.Split(c.State, ",") {
			value, ours := strings.CutPrefix(strings.Trim(item, " \t"), "ot=")
			if !ours {
				continue
			}
			for _, pair := range strings.Split(value, ";") {
				if strings.HasPrefix(pair, "rv:") {
					found = append(found, pair)
				}
			}
		}
		got, ok = explicit(c.State)
		want := len(found) == 1 && rv.MatchString(found[0])
		if ok != want {
			t.Fatalf("%q: ok is %v", c.State, ok)
		}
		if ok && "rv:"+fmt.Sprintf("%014x", got) != found[0] {
			t.Fatalf("%q became %x", c.State, got)
		}
	})
}
