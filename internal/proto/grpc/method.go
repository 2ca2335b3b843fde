package grpc

import (
	"strings"
	"unicode/utf8"
)

// maxMethod is how long a method may be, in bytes.
const maxMethod = 256

// otherMethod is what rpc.method says of a method that is not known to be one.
const otherMethod = "_OTHER"

// splitTarget takes the query off a target.
func splitTarget(target string) (path, query string) {
	path, query, _ = strings.Cut(target, "?")
	return path, query
}

// methodOf gives "package.Service/Method" of a path, empty if it has none.
func methodOf(f Flavour, path string) string {
	if path == "" || path[0] != '/' {
		return ""
	}
	name := path[1:]
	last := strings.LastIndexByte(name, '/')
	if last <= 0 || last == len(name)-1 {
		return ""
	}
	if before := strings.LastIndexByte(name[:last], '/'); before >= 0 {
		if f == GRPC || before == last-1 {
			return ""
		}
		name = name[before+1:]
	}
	if len(name) > maxMethod || !printable(name) {
		return ""
	}
	return name
}

// originalOf is a path that is no method, as rpc.method_original shows it.
func originalOf(path string) string {
	path = strings.TrimPrefix(path, "/")
	if len(path) > maxMethod {
		path = strings.ToValidUTF8(path[:maxMethod], "")
	}
	return path
}

// printable tells text without blanks, control characters, and what stands for bytes that were no text.
func printable(s string) bool {
	for _, c := range s {
		if c <= ' ' || c == 0x7f || c == utf8.RuneError {
			return false
		}
	}
	return true
}

// asksConnect finds connect=v1 in a query
// (https://connectrpc.com/docs/protocol#unary-get-request).
func asksConnect(query string) bool {
	for rest, more := query, query != ""; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, "&")
		if pair == "connect=v1" {
			return true
		}
	}
	return false
}
