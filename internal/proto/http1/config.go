package http1

import (
	"errors"
	"fmt"
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/proto"
	"github.com/beylareceiver/beylareceiver/internal/proto/httpwords"
	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// Defaults of the limits in Config.
const (
	DefaultMaxHead     = 64 << 10
	DefaultMaxPipeline = 256
	DefaultMaxHeld     = 1 << 20
	DefaultMaxBuffered = 16 << 20
)

// Config says what the spans carry beyond the defaults, and bounds memory. The
// zero value is the default.
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
	// Formats are those in which a request's span context is read, in this order,
	// tracecontext first if it is among them; nil stands for all, an empty list for none.
	Formats []tracecontext.Format
	// RequestIDHeaders name the fields that identify a request, the first that is
	// there counts; nil stands for tracecontext.DefaultRequestIDHeaders, an empty list for none.
	RequestIDHeaders []string
	// Hasher makes Exchange.RequestID of them. Protocols that share it give equal
	// ids equal numbers; the zero value stands for one of the protocol's own.
	Hasher tracecontext.Hasher
	// Next makes the parser of what follows HTTP on a connection: HTTP/2 after an upgrade, anything
	// inside a tunnel. nil: nobody reads it.
	Next proto.Next

	// MaxHead is how many bytes of a head are read; what is longer is truncated.
	MaxHead int
	// MaxPipeline is how many requests of one connection may wait for their response.
	MaxPipeline int
	// MaxHeld is how many bytes of text those requests may hold.
	MaxHeld int
	// MaxBuffered is how many bytes of unfinished heads all connections
	// together may hold; beyond it, heads are truncated.
	MaxBuffered int
}

// DefaultRedactQuery are the parameters that the conventions name, in
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/.
func DefaultRedactQuery() []string {
	return httpwords.DefaultRedactQuery()
}

// Validate names every entry that cannot be used. It changes nothing.
func (c Config) Validate() error {
	var errs []error
	errs = append(errs, c.Words().Validate(), c.contexts().Validate())
	for _, limit := range []struct {
		key   string
		value int
	}{
		{"max_head", c.MaxHead}, {"max_pipeline", c.MaxPipeline}, {"max_held", c.MaxHeld}, {"max_buffered", c.MaxBuffered},
	} {
		if limit.value < 0 {
			errs = append(errs, fmt.Errorf("%s: %d is negative", limit.key, limit.value))
		}
	}
	return errors.Join(errs...)
}

// Words is what the configuration says of HTTP, whatever carries it.
func (c Config) Words() httpwords.Config {
	return httpwords.Config{
		Routes:         c.Routes,
		RequestHeaders: c.RequestHeaders, ResponseHeaders: c.ResponseHeaders,
		RedactQuery: c.RedactQuery,
	}
}

// contexts is what the configuration says of contexts and request ids.
func (c Config) contexts() tracecontext.Config {
	return tracecontext.Config{Formats: c.Formats, RequestIDHeaders: c.RequestIDHeaders, Hasher: c.Hasher}
}

// withDefaults fills in what is not set.
func (c Config) withDefaults() Config {
	set := func(limit *int, value int) {
		if *limit == 0 {
			*limit = value
		}
	}
	set(&c.MaxHead, DefaultMaxHead)
	set(&c.MaxPipeline, DefaultMaxPipeline)
	set(&c.MaxHeld, DefaultMaxHeld)
	set(&c.MaxBuffered, DefaultMaxBuffered)
	return c
}

// SensitiveHeader tells whether a field's value is known to hold a secret, so
// that nobody should put it on a span without meaning to.
func SensitiveHeader(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate",
		"authentication-info", "proxy-authentication-info",
		"cookie", "cookie2", "set-cookie", "set-cookie2",
		"x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token", "x-session-token",
		"x-csrf-token", "x-xsrf-token", "x-amz-security-token", "x-goog-iam-authorization-token",
		"x-goog-api-key", "x-vault-token", "x-consul-token", "x-gitlab-token", "private-token",
		"x-aws-ec2-metadata-token", "x-forwarded-access-token", "x-functions-key",
		"ocp-apim-subscription-key", "dpop", "sec-websocket-key":
		return true
	}
	return false
}
