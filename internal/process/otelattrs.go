package process

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

const (
	// maxAttributes is how many attributes are taken from OTEL_RESOURCE_ATTRIBUTES.
	maxAttributes = 64
	// maxKey and maxValue bound a resource attribute, in bytes.
	maxKey, maxValue = 128, 1024
	// maxService bounds service.name, in bytes.
	maxService = 255
)

type pair struct{ key, value string }

// parseResourceAttributes reads "key=value,key=value", keys and values percent-encoded
// (https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable).
// As that page asks, one error discards the whole value. A repeated key keeps its last value.
func parseResourceAttributes(raw string) []pair {
	var out []pair
	for item := range strings.SplitSeq(raw, ",") {
		if strings.TrimSpace(item) == "" {
			continue
		}
		key, value, ok := strings.Cut(item, "=")
		if !ok {
			return nil
		}
		key, err := url.PathUnescape(strings.TrimSpace(key))
		if err != nil || key == "" {
			return nil
		}
		value, err = url.PathUnescape(strings.TrimSpace(value))
		if err != nil {
			return nil
		}
		out = setPair(out, pair{clean(key, maxKey), clean(value, maxValue)})
	}
	return out
}

func setPair(list []pair, p pair) []pair {
	for i := range list {
		if list[i].key == p.key {
			list[i].value = p.value
			return list
		}
	}
	if len(list) == maxAttributes {
		return list
	}
	return append(list, p)
}

// clean makes a string fit for an attribute: valid UTF-8, at most limit bytes.
func clean(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
