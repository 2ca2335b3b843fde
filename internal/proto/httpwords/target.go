package httpwords

import "strings"

// Target is a request target, taken apart
// (https://www.rfc-editor.org/rfc/rfc9110#section-7.1).
type Target struct {
	// Scheme, in lower case, and Authority are those of the absolute form.
	Scheme, Authority string
	// Path begins with a slash, or is "*".
	Path string
	// Query is without its question mark; HasQuery tells an empty one from none.
	Query    string
	HasQuery bool
}

// SplitTarget takes a target apart, whichever form it has.
func SplitTarget(raw string) (t Target) {
	rest := raw
	if raw == "" || raw[0] != '/' {
		t.Scheme, rest = splitScheme(raw)
		if t.Scheme != "" {
			end := strings.IndexAny(rest, "/?#")
			if end < 0 {
				end = len(rest)
			}
			t.Authority, rest = rest[:end], rest[end:]
		}
	}
	rest, _, _ = strings.Cut(rest, "#")
	t.Path, t.Query, t.HasQuery = strings.Cut(rest, "?")
	if t.Path == "" && t.Scheme != "" {
		t.Path = "/"
	}
	return t
}

// splitScheme takes "scheme://" off, if it is there.
func splitScheme(raw string) (scheme, rest string) {
	i := strings.Index(raw, "://")
	if i <= 0 || !IsToken([]byte(raw[:i])) {
		return "", raw
	}
	return strings.ToLower(raw[:i]), raw[i+3:]
}

// SplitUser takes credentials off an authority.
func SplitUser(authority string) (hostPort string, had bool) {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		return authority[i+1:], true
	}
	return authority, false
}

// SplitPort takes an authority without credentials apart; the brackets of an
// IPv6 address are taken off. port is 0 when there is none.
func SplitPort(authority string) (host string, port int64) {
	host = authority
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && i > strings.LastIndexByte(authority, ']') {
		host, port = authority[:i], Port(authority[i+1:])
	}
	if len(host) >= 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return host, port
}

// maxPort is the highest there is.
const maxPort = 1<<16 - 1

// Port reads a port; 0 for what is none.
func Port[T string | []byte](s T) (port int64) {
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' || port > maxPort {
			return 0
		}
		port = port*10 + int64(c-'0')
	}
	if port > maxPort {
		return 0
	}
	return port
}
