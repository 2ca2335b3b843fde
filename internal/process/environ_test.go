package process

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestReadEnviron(t *testing.T) {
	long := strings.Repeat("x", variableLimit)
	for _, c := range []struct {
		name, in string
		want     environment
	}{
		{"nothing", "", environment{}},
		{"both", "PATH=/bin\x00OTEL_SERVICE_NAME=shop\x00OTEL_RESOURCE_ATTRIBUTES=a=b\x00", environment{"shop", "a=b"}},
		{"the first one counts", "OTEL_SERVICE_NAME=one\x00OTEL_SERVICE_NAME=two\x00", environment{service: "one"}},
		{"a name that only ends so", "X_OTEL_SERVICE_NAME=one\x00", environment{}},
		{"no terminator", "OTEL_SERVICE_NAME=half", environment{}},
		{"behind a long variable", "A=" + long + long + "\x00OTEL_SERVICE_NAME=shop\x00", environment{service: "shop"}},
		{"too long itself", "OTEL_RESOURCE_ATTRIBUTES=" + long + "\x00OTEL_SERVICE_NAME=shop\x00", environment{service: "shop"}},
		{"a long variable without an end", "OTEL_SERVICE_NAME=shop\x00A=" + long, environment{service: "shop"}},
		{"beyond the limit", strings.Repeat("A=1234567890123\x00", environLimit/16) + "OTEL_SERVICE_NAME=shop\x00", environment{}},
		{"just below it", strings.Repeat("A=1234567890123\x00", environLimit/16-2) + "OTEL_SERVICE_NAME=shop\x00", environment{service: "shop"}},
	} {
		assert.Equal(t, c.want, readEnviron(strings.NewReader(c.in)), c.name)
		assert.Equal(t, c.want, readEnviron(iotest.OneByteReader(strings.NewReader(c.in))), c.name)
	}
	broken := io.MultiReader(strings.NewReader("OTEL_SERVICE_NAME=shop\x00OTEL_RES"), iotest.ErrReader(errors.New("broken")))
	assert.Equal(t, environment{service: "shop"}, readEnviron(broken))
}

func TestParseResourceAttributes(t *testing.T) {
	for _, c := range []struct {
		raw  string
		want []pair
	}{
		{"", nil},
		{"a=b", []pair{{"a", "b"}}},
		{" a = b ,, c=d=e ", []pair{{"a", "b"}, {"c", "d=e"}}},
		{"a%2Cb=c%20d%3D+", []pair{{"a,b", "c d=+"}}},
		{"a=1,b=2,a=3", []pair{{"a", "3"}, {"b", "2"}}},
		{"a=", []pair{{"a", ""}}},
		{"a=b,c", nil},
		{"a=b,=c", nil},
		{"a=b,c=%zz", nil},
		{"a=b,%z=c", nil},
		{"a=%ff", []pair{{"a", "\uFFFD"}}},
	} {
		assert.Equal(t, c.want, parseResourceAttributes(c.raw), c.raw)
	}
	many := strings.Repeat("k=v,", 3)
	for i := range 2 * maxAttributes {
		many += strings.Repeat("k", i+1) + "=" + strings.Repeat("v", 2*maxValue) + ","
	}
	got := parseResourceAttributes(many)
	assert.Len(t, got, maxAttributes)
	assert.Len(t, got[1].value, maxValue)
}

func FuzzEnvironment(f *testing.F) {
	f.Add([]byte("PATH=/bin\x00OTEL_SERVICE_NAME=shop\x00OTEL_RESOURCE_ATTRIBUTES=service.name=a%20b,c=d\x00"))
	f.Add([]byte("OTEL_RESOURCE_ATTRIBUTES=a=%,b\x00\x00="))
	f.Fuzz(func(t *testing.T, in []byte) {
		e := readEnviron(strings.NewReader(string(in)))
		if whole := readEnviron(iotest.OneByteReader(strings.NewReader(string(in)))); whole != e {
			t.Fatalf("%v, byte by byte %v", e, whole)
		}
		list := parseResourceAttributes(e.attrs)
		if len(list) > maxAttributes {
			t.Fatalf("%d attributes", len(list))
		}
		seen := map[string]bool{}
		for _, p := range list {
			if seen[p.key] || len(p.key) > maxKey || len(p.value) > maxValue || !utf8.ValidString(p.key+p.value) {
				t.Fatalf("attribute %q", p)
			}
			seen[p.key] = true
		}
	})
}
