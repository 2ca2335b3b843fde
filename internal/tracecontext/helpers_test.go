package tracecontext_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// read hands a reader the fields of a head, one "name: value" a line, and
// spells its context: "format trace-span-flags" and what else is to be said.
func read(r *tracecontext.Reader, lines ...string) (context string, requestID uint64) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		r.Field([]byte(name), []byte(strings.TrimSpace(value)))
	}
	c, id := r.Take()
	return spell(c), id
}

func spell(c tracecontext.Context) string {
	if c == (tracecontext.Context{}) {
		return ""
	}
	text := fmt.Sprintf("%s %x-%x-%02x", c.Format, c.TraceID, c.SpanID, c.Flags)
	if c.State != "" {
		text += " " + c.State
	}
	if c.Deferred {
		text += " deferred"
	}
	return text
}

// heads are lines of fields by what they show; the last of each is what the
// context must be, empty for none.
type heads map[string][]string

// check reads each head with a reader of one format, and again with one of all.
func (h heads) check(t *testing.T, f tracecontext.Format) {
	t.Helper()
	one := tracecontext.NewReader(tracecontext.Config{Formats: []tracecontext.Format{f}})
	all := tracecontext.NewReader(tracecontext.Config{})
	for name, lines := range h {
		t.Run(name, func(t *testing.T) {
			lines, want := lines[:len(lines)-1], lines[len(lines)-1]
			if want != "" {
				want = string(f) + " " + want
			}
			for _, r := range []*tracecontext.Reader{one, all} {
				got, _ := read(r, lines...)
				assert.Equal(t, want, got)
				got, _ = read(r)
				assert.Empty(t, got, "nothing is left for the next head")
			}
		})
	}
}

// The ids that most tests use.
const (
	traceID = "463ac35c9f6413ad48485a3953bb6124"
	spanID  = "a2fb4a1d1a96d312"
	halfID  = "48485a3953bb6124" // a trace id of 64 bits
	padding = "0000000000000000"
	noSpan  = "0000000000000000"
	noTrace = noSpan + noSpan
)
