//go:build linux && (amd64 || arm64)

package acceptance

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

func TestOracleHTTP(t *testing.T) {
	compareAll(t, "http", httpDifferences, httpOpinions, httpSpans)
}

// httpOpinions are the exchanges of a capture as tshark sees them, a line each:
// method, host, target, status. Interim responses are left out, as they are of
// spans; "?" stands for a request that tshark did not find, "-" for no Host.
func httpOpinions(all []opinion) []string {
	var lines []string
	for _, o := range all {
		codes := slices.DeleteFunc(o.values("http.response.code"), interim)
		methods := o.values("http.request.method")
		for i, method := range methods {
			host := cmp.Or(o.nth("http.host", i), "-")
			lines = append(lines, httpLine(method, host, o.nth("http.request.uri", i), nth(codes, i)))
		}
		if len(methods) == 0 {
			for _, code := range codes {
				lines = append(lines, httpLine("?", "", "", code))
			}
		}
	}
	return lines
}

func interim(code string) bool { return strings.HasPrefix(code, "1") && code != "101" }

// httpLine writes an exchange in the form that both sides are brought to: the
// path and query of the target, and the host that was asked without its port.
func httpLine(method, host, target, status string) string {
	if method == "CONNECT" { // its target is a host, and its span has no path
		if target != "" && target[0] != '/' {
			host = target
		}
		target = ""
	} else if u, err := url.Parse(target); err == nil && u.Host != "" {
		target = u.RequestURI()
	}
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s", method, strings.ToLower(host), target, status)), " ")
}

// targetOf is what a request line said, from the URL that it made: without a path
// only of OPTIONS, without a URL only of CONNECT.
func targetOf(full string) string {
	_, rest, ok := strings.Cut(full, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return "*"
}

// httpSpans are the exchanges of a capture as the receiver sees them.
func httpSpans(spans testkit.Spans) []string {
	var lines []string
	for _, s := range spans.Where(func(s testkit.Span) bool { return s.Has("http.request.method") }) {
		method, target, status := s.Str("http.request.method"), s.Str("url.path"), ""
		if s.Has("http.request.method_original") {
			method = s.Str("http.request.method_original")
		}
		if s.Has("url.query") {
			target += "?" + s.Str("url.query")
		}
		if s.Kind == "Client" {
			target = targetOf(s.Str("url.full"))
		}
		if s.Has("http.response.status_code") {
			status = fmt.Sprint(s.Int("http.response.status_code"))
		}
		lines = append(lines, httpLine(method, s.Str("server.address"), target, status))
	}
	return lines
}
