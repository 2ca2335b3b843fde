package httpwords

import "strings"

// Redacted stands for what is not shown.
const Redacted = "REDACTED"

// secrets are the names of the query parameters whose values are not shown.
type secrets map[string]bool

func compileSecrets(names []string) secrets {
	s := make(secrets, len(names))
	for _, n := range names {
		s[n] = true
	}
	return s
}

// hide replaces the secrets' values. Anything else stays as it was sent, its
// percent-encoding too.
func (s secrets) hide(query string) string {
	if !s.in(query) {
		return query
	}
	var b strings.Builder
	b.Grow(len(query))
	for rest, more := query, true; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, "&")
		if name, _, found := strings.Cut(pair, "="); found && s[name] {
			pair = name + "=" + Redacted
		}
		b.WriteString(pair)
		if more {
			b.WriteByte('&')
		}
	}
	return b.String()
}

func (s secrets) in(query string) bool {
	if len(s) == 0 {
		return false
	}
	for rest, more := query, query != ""; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, "&")
		if name, _, found := strings.Cut(pair, "="); found && s[name] {
			return true
		}
	}
	return false
}
