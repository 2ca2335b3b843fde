package tracecontext

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// MaxRequestIDs is how many header fields may be named as carriers of a request id.
const MaxRequestIDs = 16

// Config says which fields are read. The zero value is the default.
type Config struct {
	// Formats are read in this order, the first valid context counts, but W3C's
	// comes first wherever it stands. Nil stands for Formats(), an empty list for none.
	Formats []Format
	// RequestIDHeaders name the fields that identify one request, in any case; the
	// first that is there counts. Nil stands for DefaultRequestIDHeaders, an
	// empty list for none.
	RequestIDHeaders []string
	// Hasher gives the request ids their numbers; the zero value stands for a new one.
	Hasher Hasher
}

// DefaultRequestIDHeaders are fields that identify one request, that whoever
// receives it is meant to repeat on the requests it makes for it, and whose value is unique:
//
//   - x-request-id: Envoy, HAProxy, nginx, Rails, Heroku; the one in common use
//   - x-correlation-id and request-id: API gateways, frameworks
//   - x-amz-cf-id: made by CloudFront for each request to the origin, repeated by proxies
//
// Not among them: x-amzn-requestid, which is in responses only; cf-ray, which is not
// unique (https://developers.cloudflare.com/fundamentals/reference/cloudflare-ray-id/);
// x-b3-traceid and its like, which identify a trace of many requests.
func DefaultRequestIDHeaders() []string {
	return []string{"x-request-id", "x-correlation-id", "request-id", "x-amz-cf-id"}
}

// Validate names every entry that cannot be used. It changes nothing.
func (c Config) Validate() error {
	errs := []error{checkFormats(c.Formats)}
	seen := make([]string, 0, len(c.RequestIDHeaders))
	for i, name := range c.RequestIDHeaders {
		lower := strings.ToLower(name)
		switch {
		case !isToken(name):
			errs = append(errs, fmt.Errorf("request_id_headers[%d]: %q is not the name of a header", i, name))
		case slices.Contains(seen, lower):
			errs = append(errs, fmt.Errorf("request_id_headers[%d]: %q is listed twice", i, name))
		}
		seen = append(seen, lower)
	}
	if n := len(c.RequestIDHeaders); n > MaxRequestIDs {
		errs = append(errs, fmt.Errorf("request_id_headers: %d are more than %d", n, MaxRequestIDs))
	}
	return errors.Join(errs...)
}

// isToken tells whether a field may have this name
// (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
func isToken(name string) bool {
	for _, c := range []byte(name) {
		switch {
		case lowerOrDigit(c), 'A' <= c && c <= 'Z', strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return name != ""
}

// withDefaults fills in what is not set.
func (c Config) withDefaults() Config {
	if c.Formats == nil {
		c.Formats = Formats()
	}
	if c.RequestIDHeaders == nil {
		c.RequestIDHeaders = DefaultRequestIDHeaders()
	}
	if c.Hasher == (Hasher{}) {
		c.Hasher = NewHasher()
	}
	return c
}
