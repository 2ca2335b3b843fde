package grpc

import (
	"bytes"
	"unicode/utf8"
)

// maxMethod is how long a method may be, in bytes.
const maxMethod = 256

// otherMethod is what rpc.method says of a method that is not known to be one.
const otherMethod = "_OTHER"

// splitTarget takes the query off a target.
func splitTarget(target []byte) (path, query []byte) {
	path, query, _ = bytes.Cut(target, []byte{'?'})
	return path, query
}

// methodOf gives "package.Service/Method" of a path, nil if it has none.
func methodOf(f Flavour, path []byte) []byte {
	if len(path) == 0 || path[0] != '/' {
		return nil
	}
	name := path[1:]
	last := bytes.LastIndexByte(name, '/')
	if last <= 0 || last == len(name)-1 {
		return nil
	}
	if before := bytes.LastIndexByte(name[:last], '/'); before >= 0 {
		if f == GRPC || before == last-1 {
			return nil
		}
		name = name[before+1:]
	}
	if len(name) > maxMethod || !printable(name) {
		return nil
	}
	return name
}

// originalOf is a path that is no method, as rpc.method_original shows it.
func originalOf(path []byte) []byte {
	if len(path) > 0 && path[0] == '/' {
		path = path[1:]
	}
	return path[:min(len(path), maxMethod)]
}

// printable tells valid UTF-8 without blanks and control characters.
func printable(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return utf8.Valid(b)
}

// asksConnect finds connect=v1 in a query
// (https://connectrpc.com/docs/protocol#unary-get-request).
func asksConnect(query []byte) bool {
	for rest, more := query, len(query) > 0; more; {
		var pair []byte
		pair, rest, more = bytes.Cut(rest, []byte{'&'})
		if string(pair) == "connect=v1" {
			return true
		}
	}
	return false
}
