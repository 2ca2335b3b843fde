package httpwords

import (
	"net/netip"
	"strconv"
)

// Vocabulary is what the parsers of one protocol share: the configuration, and
// the names that recur. It is used from one goroutine.
type Vocabulary struct {
	routes            routes
	secrets           secrets
	request, response []wanted // fields to capture
	names             *names
	// scratch is for text under construction.
	scratch []byte
}

// New makes a vocabulary. What Validate would refuse is left out.
func New(c Config) *Vocabulary {
	if c.RedactQuery == nil {
		c.RedactQuery = DefaultRedactQuery()
	}
	return &Vocabulary{
		routes:   compileRoutes(c.Routes),
		secrets:  compileSecrets(c.RedactQuery),
		request:  compileHeaders("http.request.header.", c.RequestHeaders),
		response: compileHeaders("http.response.header.", c.ResponseHeaders),
		names:    newNames(),
	}
}

// Text is string(b), made valid UTF-8. Strings that recur are not made again.
func (v *Vocabulary) Text(b []byte) string { return v.names.of(b) }

// SetMethod takes a request's method.
func (v *Vocabulary) SetMethod(w *Words, b []byte) {
	if m, ok := Registered(b); ok {
		w.Method, w.Original = m, ""
	} else {
		w.Method, w.Original = OtherMethod, v.Text(b)
	}
}

// RequestField takes a field of a request's head; the memory stays the caller's.
func (v *Vocabulary) RequestField(w *Words, name, value []byte) {
	if len(v.request) > 0 {
		w.RequestHeaders = w.RequestHeaders.capture(v.request, name, value)
	}
}

// ResponseField takes a field of a response's head.
func (v *Vocabulary) ResponseField(w *Words, name, value []byte) {
	if len(v.response) > 0 {
		w.ResponseHeaders = w.ResponseHeaders.capture(v.response, name, value)
	}
}

// Route is the first pattern that the path matches, empty if none does.
func (v *Vocabulary) Route(path string) string { return v.routes.of(path) }

// Address is an address as text, IPv4 without its IPv6 clothes.
func (v *Vocabulary) Address(addr netip.Addr) string {
	v.scratch = addr.Unmap().AppendTo(v.scratch[:0])
	return v.Text(v.scratch)
}

// Authority is host and port as they stand in a URL of http: port 80 goes without saying, 0 is none.
func (v *Vocabulary) Authority(host string, port int64) string {
	b := v.scratch[:0]
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is6() {
		b = append(append(append(b, '['), host...), ']')
	} else {
		b = append(b, host...)
	}
	if port != 0 && port != 80 {
		b = strconv.AppendInt(append(b, ':'), port, 10)
	}
	v.scratch = b[:0]
	return v.Text(b)
}

// Full is url.full: the target URI without its secrets
// (https://www.rfc-editor.org/rfc/rfc9110#section-7.1), of the target's scheme and this authority,
// which may have credentials.
func (v *Vocabulary) Full(t *Target, authority string) string {
	b := append(append(v.scratch[:0], t.Scheme...), "://"...)
	hostPort, secret := SplitUser(authority)
	if secret {
		b = append(b, Redacted+":"+Redacted+"@"...)
	}
	b = append(b, hostPort...)
	if t.Path != "*" { // OPTIONS of the server as such
		b = append(b, t.Path...)
	}
	if t.HasQuery {
		b = append(append(b, '?'), v.secrets.hide(t.Query)...)
	}
	v.scratch = b[:0]
	return v.Text(b)
}

// Decimal is a number as text.
func (v *Vocabulary) Decimal(n int) string {
	v.scratch = strconv.AppendInt(v.scratch[:0], int64(n), 10)
	return v.Text(v.scratch)
}
