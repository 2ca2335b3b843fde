package tracecontext_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// FuzzReader reads any fields, one a line, with a reader of all formats and with one
// of each. A context has both ids, one of the formats, and flags that can be;
// and each reader gives the same again, having kept nothing.
func FuzzReader(f *testing.F) {
	lines, _ := everything()
	f.Add([]byte(strings.Join(lines, "\n")))
	for _, line := range append(lines, "b3: "+traceID+"-"+spanID, "uber-trace-id: "+traceID+"%3A"+spanID+"%3A0%3A1",
		sw8Field("1", "de5980b8-fce3-4a37-aab9-b4ac3af7eedd", "4f2f27748b8e44ecaf18fe0347194e86.33.16560607369950066", "7"),
		"x-datadog-trace-id: 5\nx-datadog-parent-id: 6\nx-datadog-tags: _dd.p.tid=66c4e3e900000000",
		"x-request-id: a468a6a1-7d3a-9d6e-bf4d-5c5d2a4c8f10", "tracestate: a=1\ntracestate: b=2") {
		f.Add([]byte(line))
	}
	hasher := tracecontext.NewHasher()
	readers := []*tracecontext.Reader{tracecontext.NewReader(tracecontext.Config{Hasher: hasher})}
	for _, format := range tracecontext.Formats() {
		readers = append(readers, tracecontext.NewReader(tracecontext.Config{Formats: []tracecontext.Format{format}, Hasher: hasher}))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		given := bytes.Clone(head)
		first := tracecontext.Context{}
		for i, r := range readers {
			c, id := feed(r, head)
			if again, idAgain := feed(r, head); again != c || idAgain != id {
				t.Fatalf("%+v %d, then %+v %d", c, id, again, idAgain)
			}
			if c.Valid() != (c.SpanID != [8]byte{}) || c.Valid() != (c.Format != "") {
				t.Fatalf("half a context: %+v", c)
			}
			random := c.Flags&tracecontext.Random != 0
			if c.Flags > 3 || c.Deferred && c.Flags != tracecontext.Sampled || random && c.Format != tracecontext.W3C {
				t.Fatalf("flags: %+v", c)
			}
			switch {
			case i == 0:
				first = c
			case c.Format == first.Format && c != first:
				t.Fatalf("%+v among others, alone %+v", first, c)
			}
		}
		if !bytes.Equal(given, head) {
			t.Fatalf("%q became %q", given, head)
		}
	})
}

func feed(r *tracecontext.Reader, head []byte) (tracecontext.Context, uint64) {
	for line := range bytes.SplitSeq(head, []byte{'\n'}) {
		name, value, _ := bytes.Cut(line, []byte{':'})
		r.Field(name, bytes.Trim(value, " \t"))
	}
	return r.Take()
}
