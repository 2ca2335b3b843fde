package httpwords

import (
	"errors"
	"fmt"
	"strings"
)

// Config says what spans of HTTP carry beyond the defaults. The zero value is the default.
type Config struct {
	// Routes are patterns for http.route, the first match counts: "/users/{id}"
	// has a segment of any content, "/static/*" any rest, if only an empty one.
	Routes []string
	// RequestHeaders and ResponseHeaders name the fields that become
	// http.request.header.<name> and http.response.header.<name>.
	RequestHeaders, ResponseHeaders []string
	// RedactQuery names the query parameters whose values are not shown,
	// case-sensitively; nil stands for DefaultRedactQuery, an empty list for none.
	RedactQuery []string
}

// DefaultRedactQuery are the parameters that the conventions name, in
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/.
func DefaultRedactQuery() []string {
	return []string{"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "sig", "X-Goog-Signature"}
}

// Validate names every entry that cannot be used. It changes nothing.
func (c Config) Validate() error {
	var errs []error
	for i, r := range c.Routes {
		if err := validRoute(r); err != nil {
			errs = append(errs, fmt.Errorf("routes[%d]: %q: %w", i, r, err))
		}
	}
	errs = append(errs, validNames("request_headers", c.RequestHeaders), validNames("response_headers", c.ResponseHeaders))
	for i, q := range c.RedactQuery {
		if q == "" || strings.ContainsAny(q, "=&?#") {
			errs = append(errs, fmt.Errorf("redact_query[%d]: %q is not the name of a query parameter", i, q))
		}
	}
	return errors.Join(errs...)
}

func validNames(key string, names []string) error {
	var errs []error
	seen := make(map[string]bool, len(names))
	for i, n := range names {
		lower := strings.ToLower(n)
		switch {
		case n == "" || !IsToken([]byte(n)):
			errs = append(errs, fmt.Errorf("%s[%d]: %q is not the name of a header", key, i, n))
		case seen[lower]:
			errs = append(errs, fmt.Errorf("%s[%d]: %q is listed twice", key, i, n))
		}
		seen[lower] = true
	}
	return errors.Join(errs...)
}
