package fastcgi

import (
	"strconv"
	"strings"
)

// location is what was asked for, as the browser named it; parts are empty, or
// 0, where they are not known.
type location struct {
	scheme, host string
	port         int64
	path, query  string
	// authority is host and port as they stand in a URL.
	authority string
}

func (x *exchange) location() (l location) {
	l.scheme = x.scheme
	if l.scheme == "" {
		l.scheme = "http"
	}
	l.path, l.query = x.target()
	l.authority = x.host
	if l.authority == "" && x.serverName != "_" { // nginx's name for no name
		l.authority = x.serverName
		if x.serverPort != 0 && x.serverPort != defaultPort(l.scheme) && l.authority != "" {
			l.authority += ":" + strconv.FormatInt(x.serverPort, 10)
		}
	}
	l.host, l.port = splitPort(l.authority)
	if l.port == 0 {
		l.port = x.serverPort
	}
	return l
}

func defaultPort(scheme string) int64 {
	if scheme == "https" {
		return 443
	}
	return 80
}

// target is path and query: the request target's, else what the application
// was given of them. A target in absolute form loses scheme and authority.
func (x *exchange) target() (path, query string) {
	if x.uri == "" {
		return x.script + x.info, x.query
	}
	uri, _, _ := strings.Cut(x.uri, "#")
	if _, rest, absolute := strings.Cut(uri, "://"); absolute && uri[0] != '/' {
		uri = "/"
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			uri = rest[i:]
		}
	}
	path, query, _ = strings.Cut(uri, "?")
	return path, query
}

// full is url.full, without its secrets; empty when nobody knows the host.
func (x *exchange) full(l *location) string {
	if l.authority == "" {
		return ""
	}
	b := append(x.owner.scratch[:0], l.scheme...)
	b = append(append(b, "://"...), l.authority...)
	if l.path != "*" { // OPTIONS of the server as such
		b = append(b, l.path...)
	}
	if l.query != "" {
		b = append(append(b, '?'), x.owner.redactQuery(l.query)...)
	}
	x.owner.scratch = b[:0]
	return x.owner.names.of(b)
}

// redacted stands for what is not shown.
const redacted = "REDACTED"

// redactQuery hides the values of the parameters that hold secrets. Anything
// else stays as it was sent, its percent-encoding too.
func (o *protocol) redactQuery(query string) string {
	var pairs []string
	for i, at := 0, 0; at <= len(query) && len(o.redact) > 0; i++ {
		pair, _, _ := strings.Cut(query[at:], "&")
		at += len(pair) + 1
		name, _, found := strings.Cut(pair, "=")
		if !found || !o.redact[name] {
			continue
		}
		if pairs == nil {
			pairs = strings.Split(query, "&")
		}
		pairs[i] = name + "=" + redacted
	}
	if pairs == nil {
		return query
	}
	return strings.Join(pairs, "&")
}

// splitPort takes an authority apart; the brackets of an IPv6 address are taken off.
func splitPort(authority string) (host string, number int64) {
	host = authority
	if i := strings.LastIndexByte(authority, ':'); i > strings.LastIndexByte(authority, ']') {
		host, number = authority[:i], port(authority[i+1:])
	}
	if len(host) >= 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return host, number
}

// port reads a port; 0 for what is none.
func port(s string) int64 {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0
	}
	return int64(n)
}
