package http1

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func TestValidate(t *testing.T) {
	const route = "a route begins with a slash, has no query, closes its braces, and a * only at its end"
	require.NoError(t, Config{}.Validate())
	require.NoError(t, Config{
		Routes:         []string{"/", "/users/{id}", "/users/{id}/", "/static/*", "/*", "/v1/{a}/b/{c}"},
		RequestHeaders: []string{"X-Tenant", "accept"}, ResponseHeaders: []string{"ETag"},
		Formats: tracecontext.Formats(), RequestIDHeaders: []string{"X-Request-ID"},
		RedactQuery: []string{"token"}, MaxHead: 1 << 10, MaxPipeline: 1, MaxHeld: 1, MaxBuffered: 1,
	}.Validate())
	for name, tc := range map[string]struct {
		config Config
		want   string
	}{
		"route without slash":  {Config{Routes: []string{"/ok", "users"}}, `routes[1]: "users": ` + route},
		"empty route":          {Config{Routes: []string{""}}, `routes[0]: "": ` + route},
		"star in the middle":   {Config{Routes: []string{"/a/*/b"}}, `routes[0]: "/a/*/b": ` + route},
		"star in a segment":    {Config{Routes: []string{"/a*"}}, `routes[0]: "/a*": ` + route},
		"brace left open":      {Config{Routes: []string{"/{a"}}, `routes[0]: "/{a": ` + route},
		"nameless variable":    {Config{Routes: []string{"/{}"}}, `routes[0]: "/{}": ` + route},
		"brace in a segment":   {Config{Routes: []string{"/a{b}"}}, `routes[0]: "/a{b}": ` + route},
		"query in a route":     {Config{Routes: []string{"/a?b"}}, `routes[0]: "/a?b": ` + route},
		"header with a colon":  {Config{RequestHeaders: []string{"Host:"}}, `request_headers[0]: "Host:" is not the name of a header`},
		"empty header":         {Config{ResponseHeaders: []string{""}}, `response_headers[0]: "" is not the name of a header`},
		"header twice":         {Config{RequestHeaders: []string{"A", "a"}}, `request_headers[1]: "a" is listed twice`},
		"parameter with value": {Config{RedactQuery: []string{"a=b"}}, `redact_query[0]: "a=b" is not the name of a query parameter`},
		"unknown format":       {Config{Formats: []tracecontext.Format{"b4"}}, `formats[0]: "b4" is none of ` + strings.Join(tracecontext.Names(), ", ")},
		"id header twice":      {Config{RequestIDHeaders: []string{"x-id", "X-Id"}}, `request_id_headers[1]: "X-Id" is listed twice`},
		"negative limit":       {Config{MaxHead: -1}, `max_head: -1 is negative`},
		"all that is wrong": {Config{Routes: []string{"x"}, MaxHeld: -2},
			"routes[0]: \"x\": " + route + "\nmax_held: -2 is negative"},
	} {
		t.Run(name, func(t *testing.T) { assert.EqualError(t, tc.config.Validate(), tc.want) })
	}
}

func TestSensitiveHeaders(t *testing.T) {
	for _, name := range []string{"Authorization", "cookie", "Set-Cookie", "PROXY-AUTHORIZATION", "X-Api-Key", "x-auth-token"} {
		assert.True(t, SensitiveHeader(name), name)
	}
	for _, name := range []string{"Accept", "X-Request-Id", "User-Agent", ""} {
		assert.False(t, SensitiveHeader(name), name)
	}
}
