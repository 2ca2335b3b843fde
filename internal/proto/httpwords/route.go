package httpwords

import (
	"errors"
	"strings"
)

var errRoute = errors.New("a route begins with a slash, has no query, closes its braces, and a * only at its end")

// segment is what stands between two slashes of a pattern.
type segment struct {
	literal string
	// variable is true for {name}, which stands for any content but none.
	variable bool
}

// route is a pattern, taken apart.
type route struct {
	pattern  string
	segments []segment
	// tail is true when the pattern ends in "*": the rest of the path is free.
	tail bool
}

// routes are patterns, in the order in which they are asked.
type routes []route

func validRoute(pattern string) error {
	body := strings.TrimSuffix(pattern, "/*")
	if !strings.HasPrefix(pattern, "/") || strings.ContainsAny(body, "*?# \t") {
		return errRoute
	}
	for _, s := range strings.Split(body, "/") {
		name, variable := variableName(s)
		if variable && name == "" || !variable && strings.ContainsAny(s, "{}") || strings.ContainsAny(name, "{}") {
			return errRoute
		}
	}
	return nil
}

func variableName(segment string) (name string, ok bool) {
	if len(segment) >= 2 && segment[0] == '{' && segment[len(segment)-1] == '}' {
		return segment[1 : len(segment)-1], true
	}
	return "", false
}

func compileRoutes(patterns []string) routes {
	out := make(routes, 0, len(patterns))
	for _, p := range patterns {
		if validRoute(p) != nil {
			continue
		}
		body, tail := strings.CutSuffix(p, "/*")
		r := route{pattern: p, tail: tail}
		if body = strings.TrimPrefix(body, "/"); body != "" || !tail {
			for _, s := range strings.Split(body, "/") {
				_, variable := variableName(s)
				r.segments = append(r.segments, segment{literal: s, variable: variable})
			}
		}
		out = append(out, r)
	}
	return out
}

// of is the first pattern that the path matches, empty if none does.
func (r routes) of(path string) string {
	if len(r) == 0 || path == "" || path[0] != '/' {
		return ""
	}
	for i := range r {
		if r[i].matches(path[1:]) {
			return r[i].pattern
		}
	}
	return ""
}

// matches compares a path without its first slash, segment by segment.
func (r *route) matches(path string) bool {
	more := true
	for _, want := range r.segments {
		if !more {
			return false
		}
		var have string
		have, path, more = strings.Cut(path, "/")
		if want.variable && have == "" || !want.variable && have != want.literal {
			return false
		}
	}
	return r.tail || !more
}
