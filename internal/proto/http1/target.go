package http1

import "strings"

// target is a request target, taken apart
// (https://www.rfc-editor.org/rfc/rfc9112#section-3.2).
type target struct {
	// scheme and authority are those of the absolute form; authority also CONNECT's.
	scheme, authority string
	// path begins with a slash, or is "*".
	path string
	// query is without its question mark; hasQuery tells an empty one from none.
	query    string
	hasQuery bool
}

func splitTarget(raw string) (t target) {
	rest := raw
	if raw == "" || raw[0] != '/' {
		t.scheme, rest = splitScheme(raw)
		if t.scheme != "" {
			end := strings.IndexAny(rest, "/?#")
			if end < 0 {
				end = len(rest)
			}
			t.authority, rest = rest[:end], rest[end:]
		}
	}
	rest, _, _ = strings.Cut(rest, "#")
	t.path, t.query, t.hasQuery = strings.Cut(rest, "?")
	if t.path == "" && t.scheme != "" {
		t.path = "/"
	}
	return t
}

// splitScheme takes "scheme://" off, if it is there.
func splitScheme(raw string) (scheme, rest string) {
	i := strings.Index(raw, "://")
	if i <= 0 {
		return "", raw
	}
	for _, c := range []byte(raw[:i]) {
		if !tokenChar(c) {
			return "", raw
		}
	}
	return strings.ToLower(raw[:i]), raw[i+3:]
}

// splitUser takes credentials off an authority.
func splitUser(authority string) (hostPort string, had bool) {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		return authority[i+1:], true
	}
	return authority, false
}

// splitPort takes an authority without credentials apart; the brackets of an
// IPv6 address are taken off. port is 0 when there is none.
func splitPort(authority string) (host string, port int64) {
	host = authority
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && i > strings.LastIndexByte(authority, ']') {
		n, ok := number([]byte(authority[i+1:]))
		if ok && n < 1<<16 {
			port = n
		}
		host = authority[:i]
	}
	if len(host) >= 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return host, port
}
