package httpwords

import (
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/attr"
)

// wanted is a field that the configuration asks for: its name in lower case,
// and the attribute that it becomes.
type wanted struct{ name, key string }

// Field is a captured field as it was sent, one value for each time.
type Field struct {
	// Key is the attribute's.
	Key    string
	Values []string
}

// Fields are the captured fields of one head.
type Fields []Field

func compileHeaders(prefix string, list []string) []wanted {
	out := make([]wanted, 0, len(list))
	for _, n := range list {
		lower := strings.ToLower(n)
		out = append(out, wanted{name: lower, key: prefix + lower})
	}
	return out
}

// capture adds the field to the list if it is wanted. The values are made for
// the span to keep, so their memory is not reused.
func (f Fields) capture(want []wanted, name, value []byte) Fields {
	for _, w := range want {
		if !Is(name, w.name) {
			continue
		}
		for i := range f {
			if f[i].Key == w.key {
				f[i].Values = append(f[i].Values, valid(value))
				return f
			}
		}
		return append(f, Field{Key: w.key, Values: []string{valid(value)}})
	}
	return f
}

func (f Fields) describe(a *attr.List) {
	for _, h := range f {
		a.Strings(h.Key, h.Values)
	}
}

// held is the size of the values.
func (f Fields) held() (n int) {
	for _, h := range f {
		for _, v := range h.Values {
			n += len(v)
		}
	}
	return n
}
