package http1

import "strings"

// wanted is a field that the configuration asks for: its name in lower case,
// and the attribute that it becomes.
type wanted struct{ name, key string }

// captured is such a field as it was sent, one value for each time.
type captured struct {
	key    string
	values []string
}

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
func capture(want []wanted, list []captured, name, value []byte) []captured {
	for _, w := range want {
		if !is(name, w.name) {
			continue
		}
		for i := range list {
			if list[i].key == w.key {
				list[i].values = append(list[i].values, text(value))
				return list
			}
		}
		return append(list, captured{key: w.key, values: []string{text(value)}})
	}
	return list
}
