package http1

import "strings"

// redacted stands for what is not shown.
const redacted = "REDACTED"

// redactQuery hides the values of the parameters that hold secrets. Anything
// else stays as it was sent, its percent-encoding too.
func (o *protocol) redactQuery(query string) string {
	if !o.hasSecret(query) {
		return query
	}
	var b strings.Builder
	b.Grow(len(query))
	for rest, more := query, true; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, "&")
		if name, _, found := strings.Cut(pair, "="); found && o.redact[name] {
			pair = name + "=" + redacted
		}
		b.WriteString(pair)
		if more {
			b.WriteByte('&')
		}
	}
	return b.String()
}

func (o *protocol) hasSecret(query string) bool {
	if len(o.redact) == 0 {
		return false
	}
	for rest, more := query, query != ""; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, "&")
		if name, _, found := strings.Cut(pair, "="); found && o.redact[name] {
			return true
		}
	}
	return false
}
