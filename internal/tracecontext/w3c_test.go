package tracecontext_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

const good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestTraceparent(t *testing.T) {
	id := [16]byte{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36}
	span := [8]byte{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}
	valid := map[string]struct {
		value string
		flags byte
	}{
		"sampled":                    {good, 1},
		"not sampled":                {good[:53] + "00", 0},
		"random":                     {good[:53] + "03", 3},
		"reserved flags are dropped": {good[:53] + "ff", 3},
		"later version":              {"cc" + good[2:], 1},
		"later version with more":    {"cc" + good[2:] + "-what-the-future-will-be-like", 1},
		"later version, open dash":   {"01" + good[2:] + "-", 1},
	}
	for name, tc := range valid {
		t.Run(name, func(t *testing.T) {
			c, ok := tracecontext.Parse([]byte(tc.value), nil)
			require.True(t, ok)
			assert.True(t, c.Valid())
			assert.Equal(t, tracecontext.Context{TraceID: id, SpanID: span, Flags: tc.flags, Format: tracecontext.W3C}, c)
		})
	}
	invalid := map[string]string{
		"empty":                        "",
		"short":                        good[:54],
		"version 00 and more":          good + "-00",
		"version 00 and a dot":         good + ".",
		"version ff":                   "ff" + good[2:],
		"version in capitals":          "CC" + good[2:],
		"version not hex":              ".0" + good[2:],
		"trace id in capitals":         strings.Replace(good, "4bf9", "4BF9", 1),
		"trace id not hex":             strings.Replace(good, "4bf9", "4bx9", 1),
		"parent id not hex":            strings.Replace(good, "00f0", "00g0", 1),
		"flags not hex":                good[:53] + "0.",
		"zero trace id":                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
		"zero parent id":               "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
		"no first dash":                "00_" + good[3:],
		"no second dash":               good[:35] + "_" + good[36:],
		"no third dash":                good[:52] + "_" + good[53:],
		"later version without a dash": "cc" + good[2:] + "x",
	}
	for name, value := range invalid {
		t.Run(name, func(t *testing.T) {
			c, ok := tracecontext.Parse([]byte(value), []byte("a=1"))
			assert.False(t, ok)
			assert.Equal(t, tracecontext.Context{}, c, "no context, and no state either")
		})
	}
}

func TestTracestate(t *testing.T) {
	many := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf("k%02d=v", i)
		}
		return strings.Join(list, ",")
	}
	kept := map[string]string{
		"one":                     "rojo=00f067aa0ba902b7",
		"two":                     "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
		"white space and empties": "foo=1 \t, \tbar=2, ,baz=3,",
		"digit first, all marks":  "0a_-*/@z=1",
		"inner space":             "foo=a b",
		"longest key":             strings.Repeat("k", 256) + "=v",
		"longest value":           "k=" + strings.Repeat("v", 256),
		"32 members":              many(32),
	}
	for name, state := range kept {
		t.Run(name, func(t *testing.T) {
			c, ok := tracecontext.Parse([]byte(good), []byte(state))
			require.True(t, ok)
			assert.Equal(t, strings.Trim(state, " \t"), c.State)
		})
	}
	dropped := map[string]string{
		"33 members":        many(33),
		"only empties":      ", ,",
		"no equals":         "foo",
		"no key":            "=1",
		"no value":          "foo=",
		"two equals":        "foo=a=b",
		"capitals":          "Foo=1",
		"mark first":        "@foo=1",
		"space in the key":  "foo =1",
		"duplicate key":     "foo=1,bar=2,foo=3",
		"key too long":      strings.Repeat("k", 257) + "=v",
		"value too long":    "k=" + strings.Repeat("v", 257),
		"control character": "k=a\x01b",
		"not ascii":         "k=\xc3\xa4",
	}
	for name, state := range dropped {
		t.Run(name, func(t *testing.T) {
			c, ok := tracecontext.Parse([]byte(good), []byte(state))
			assert.True(t, ok, "the parent stands on its own")
			assert.Empty(t, c.State)
		})
	}
}

func TestLongTracestateLosesWholeMembers(t *testing.T) {
	large := "large=" + strings.Repeat("l", 150)
	mid := func(k string) string { return k + "=" + strings.Repeat("m", 100) }
	parse := func(members ...string) string {
		c, _ := tracecontext.Parse([]byte(good), []byte(strings.Join(members, ",")))
		return c.State
	}
	t.Run("large members first", func(t *testing.T) {
		want := strings.Join([]string{mid("a"), mid("b"), mid("c"), mid("d")}, ",")
		assert.Equal(t, want, parse(mid("a"), large, mid("b"), mid("c"), mid("d")))
	})
	t.Run("then from the end", func(t *testing.T) {
		want := strings.Join([]string{mid("a"), mid("b"), mid("c"), mid("d")}, ",")
		assert.Equal(t, want, parse(mid("a"), mid("b"), mid("c"), mid("d"), mid("e"), mid("f")))
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good), []byte("foo=1,bar=2"))
	f.Add([]byte("cc"+good[2:]+"-x"), []byte("a=1 ,, b=2"))
	f.Add([]byte(""), []byte(strings.Repeat("k=v,", 200)))
	f.Fuzz(func(t *testing.T, parent, state []byte) {
		c, ok := tracecontext.Parse(parent, state)
		if ok != c.Valid() {
			t.Fatalf("ok is %v for %+v", ok, c)
		}
		if len(c.State) > 512 {
			t.Fatalf("state of %d characters", len(c.State))
		}
		// What was kept is valid by itself.
		if again, _ := tracecontext.Parse([]byte(good), []byte(c.State)); again.State != c.State {
			t.Fatalf("%q became %q", c.State, again.State)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	parent, state := []byte(good), []byte("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
	b.Run("parent", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tracecontext.Parse(parent, nil)
		}
	})
	b.Run("parent and state", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tracecontext.Parse(parent, state)
		}
	})
}
